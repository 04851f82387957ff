// What the colours of the plane mean: categories to switch, or a colour bar with its range.

export function render({ model, el }) {
  const draw = () => {
    el.replaceChildren()
    if (model.bar.length) {
      const strip = document.createElement("div")
      strip.className = "strip"
      strip.style.background = `linear-gradient(to right, ${model.bar.join(", ")})`
      const ends = document.createElement("div")
      ends.className = "ends"
      for (const text of model.ends) {
        const end = document.createElement("span")
        end.textContent = text
        ends.append(end)
      }
      el.append(strip, ends)
      return
    }
    for (const { name, count, colour, on } of model.entries) {
      const entry = document.createElement("button")
      entry.type = "button"
      entry.className = "entry"
      entry.title = "Click to hide or show; double-click to show this alone"
      entry.setAttribute("aria-pressed", String(on))
      const dot = document.createElement("i")
      dot.style.setProperty("--dot", colour)
      const label = document.createElement("span")
      label.textContent = name
      const number = document.createElement("b")
      number.textContent = count
      entry.append(dot, label, number)
      entry.addEventListener("click", () => model.send_msg({ toggle: name }))
      el.append(entry)
    }
  }
  model.on(["entries", "bar", "ends"], once(draw))
  draw()
}
