// A tab made of sections of HTML. Python replaces a section's text; clicks and changes go back.
// Elements with data-send send that JSON when clicked; inputs and selects with a name send
// {set: name, value}. A section that is being typed in or dragged is left alone until let go.

export function render({ model, el }) {
  const all = document.createElement("div")
  all.className = `sections ${model.layout}`
  const places = new Map()

  const held = (place) =>
    place.contains(el.getRootNode().activeElement) &&
    el.getRootNode().activeElement.matches("input")

  const draw = () => {
    for (const [name, html] of model.sections) {
      let place = places.get(name)
      if (place === undefined) {
        place = document.createElement("section")
        place.className = name
        places.set(name, place)
        all.append(place)
      }
      if (place.written === html || held(place)) continue
      place.written = html
      place.innerHTML = html
      place.hidden = html === ""
    }
  }
  const tell = (input) => {
    const written = input.parentElement.querySelector("output")
    if (written) written.textContent = input.value
    if (input.type === "range") {
      const share = (input.value - input.min) / (input.max - input.min)
      input.style.setProperty("--at", `${100 * share}%`)
    }
    model.send_msg({ set: input.name, value: input.value })
  }
  all.addEventListener("click", (event) => {
    const send = event.target.closest("[data-send]")?.dataset.send
    if (send !== undefined) model.send_msg(JSON.parse(send))
  })
  all.addEventListener("input", (event) => {
    if (event.target.type === "range") tell(event.target)
  })
  all.addEventListener("change", (event) => {
    if (event.target.type !== "range") tell(event.target)
  })
  all.addEventListener("focusout", () => setTimeout(draw))
  all.addEventListener("keydown", (event) => {
    if (!event.target.matches("input[type=text]")) return
    event.stopPropagation() // the arrow keys are the text's here, not the list's
    if (event.key === "Enter") event.target.blur()
  })
  // These tabs need more room than a list does.
  const root = document.documentElement
  const id = `d${Math.random()}`
  new ResizeObserver(() => {
    if (all.offsetHeight > 0) root.dataset.drawer = id
    else if (root.dataset.drawer === id) delete root.dataset.drawer
  }).observe(all)
  el.append(all)
  model.on("sections", draw)
  model.on("msg:custom", ({ name, text }) => {
    const link = document.createElement("a")
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }))
    link.download = name
    link.click()
    URL.revokeObjectURL(link.href)
  })
  draw()
}
