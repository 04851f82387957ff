// A tab made of sections of HTML. Python replaces a section's text; clicks and changes go back.
// Elements with data-send send that JSON when clicked; inputs and selects with a name send
// {set: name, value, of: their data-of}. What has the focus keeps its element, and a text or slider
// in use its value.

export function render({ model, el }) {
  const all = document.createElement("div")
  all.className = `sections ${model.layout}`
  const places = new Map()

  const active = () => el.getRootNode().activeElement

  // Makes old as fresh is, in place; tells whether an input in use was left as it is.
  const settle = (old, fresh) => {
    const used = active()
    if (old.nodeName === "LABEL" && old.contains(used) && used.matches("input")) {
      const other = fresh.querySelector("input")
      const same = (name) => used.getAttribute(name) === other?.getAttribute(name)
      if (["name", "min", "max", "step", "data-of"].every(same)) return true
    }
    if (old.isEqualNode(fresh)) return false
    if (old.nodeName !== fresh.nodeName || old.childNodes.length !== fresh.childNodes.length) {
      old.replaceWith(fresh)
      return false
    }
    if (old.nodeType === Node.TEXT_NODE) old.data = fresh.data
    for (const { name } of [...(old.attributes ?? [])]) {
      if (!fresh.hasAttribute(name)) old.removeAttribute(name)
    }
    for (const { name, value } of fresh.attributes ?? []) old.setAttribute(name, value)
    const pairs = [...fresh.childNodes].map((child, at) => [old.childNodes[at], child])
    const { value, checked } = fresh
    const left = pairs.map(([mine, theirs]) => settle(mine, theirs)).some(Boolean)
    if (old.matches?.("input, select")) Object.assign(old, { value, checked })
    return left
  }
  const rewrite = (place, html) => {
    const used = place.contains(active()) ? active() : null
    const fresh = place.cloneNode(false)
    fresh.innerHTML = unbroken(html)
    if (used && fresh.childNodes.length === place.childNodes.length) return !settle(place, fresh)
    if (used?.matches("input")) return false
    place.replaceChildren(...fresh.childNodes)
    const same = used?.name ? (one) => one.name === used.name
      : (one) => used?.dataset.send && one.dataset.send === used.dataset.send;
    [...place.querySelectorAll("[name], [data-send]")].find(same)?.focus()
    return true
  }

  const draw = () => {
    for (const [name, html] of model.sections) {
      let place = places.get(name)
      if (place === undefined) {
        place = document.createElement("section")
        place.className = name
        places.set(name, place)
        all.append(place)
      }
      if (place.written === html) continue
      if (rewrite(place, html)) place.written = html
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
    const { of } = input.dataset // undefined cannot be sent
    model.send_msg({ set: input.name, value: input.value, ...(of && { of }) })
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
  model.on("msg:custom", ({ name, text }) => hand_over(name, text, "text/csv"))
  draw()
}
