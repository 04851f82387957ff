// What the colours of the plane mean: categories to switch, or a colour bar with its range.

export function render({ model, el }) {
  const strip_of = () => {
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
    return [strip, ends]
  }

  // Of two clicks the first has switched the category: what stood before it decides the second.
  let alone_before = false
  const press = (event, name) => {
    if (event.detail > 1) {
      model.send_msg({ alone: alone_before ? "" : name })
      return
    }
    alone_before = model.entries.every(({ name: other, on }) => on === (other === name))
    model.send_msg({ toggle: name })
  }

  const button = (className, title) => {
    const made = document.createElement("button")
    made.type = "button"
    made.className = className
    made.title = title
    return made
  }

  const line_of = ({ name }) => {
    const line = document.createElement("div")
    line.className = "line-of-legend"
    const entry = button("entry", "Click to hide or show; double-click to show this alone, or all again")
    entry.append(...["i", "span", "b"].map((tag) => document.createElement(tag)))
    entry.addEventListener("click", (event) => press(event, name))
    const pick = button("pick", `Select ${name}: ring these spectra and list them`)
    pick.setAttribute("aria-label", `Select ${name}`)
    pick.textContent = "◎"
    pick.addEventListener("click", () => model.send_msg({ select: name }))
    line.append(entry, pick)
    return line
  }

  let names = null
  const draw = () => {
    if (model.bar.length) {
      el.replaceChildren(...strip_of())
      names = null
      return
    }
    // Entries stay where they are: a second click must find the button of the first.
    const now = model.entries.map(({ name }) => name).join("\n")
    if (now !== names) el.replaceChildren(...model.entries.map(line_of))
    names = now
    model.entries.forEach(({ name, count, colour, on }, k) => {
      const entry = el.children[k].firstElementChild
      const [dot, label, number] = entry.children
      entry.setAttribute("aria-pressed", String(on))
      dot.style.setProperty("--dot", colour)
      label.textContent = name
      number.textContent = count
    })
  }
  model.on(["entries", "bar", "ends"], once(draw))
  draw()
}
