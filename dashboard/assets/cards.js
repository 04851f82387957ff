// One small card a cluster: its mean spectrum, painted by its mean explanation.

const SVG = "http://www.w3.org/2000/svg"

const picture = (pieces) => {
  const svg = document.createElementNS(SVG, "svg")
  svg.setAttribute("viewBox", "0 0 100 40")
  svg.setAttribute("preserveAspectRatio", "none")
  const draw = (points, className, share) => {
    const line = document.createElementNS(SVG, "polyline")
    line.setAttribute("points", points)
    line.setAttribute("class", className)
    if (share !== undefined) line.style.strokeOpacity = share
    svg.append(line)
  }
  for (const [points, share] of pieces) if (share > 0.02) draw(points, "glow", share)
  for (const [points] of pieces) draw(points, "thin")
  return svg
}

export function render({ model, el }) {
  const draw = () => {
    const all = document.createElement("div")
    all.className = "cards"
    for (const card of model.cards) {
      const button = document.createElement("button")
      button.type = "button"
      button.title = "Show these spectra alone on the plane"
      const head = document.createElement("div")
      head.className = "head"
      const name = document.createElement("b")
      name.textContent = card.name
      const about = document.createElement("span")
      about.textContent = card.about
      head.append(name, about)
      const top = document.createElement("div")
      top.className = "top"
      top.textContent = card.top
      button.append(head, picture(card.pieces), top)
      button.addEventListener("click", () => model.send_msg({ cluster: card.name }))
      all.append(button)
    }
    el.replaceChildren(all)
  }
  model.on("cards", draw)
  draw()
}
