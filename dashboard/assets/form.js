// Native controls generated from the parameters of the page's state (views/form.py).
// `fields` describes them, `values` holds what is chosen; a change is sent while it happens.

const digits = (field, value) => {
  if (value === null || value === undefined || value === "") return ""
  if (field.integer) return String(Math.round(value))
  return String(Number(Number(value).toPrecision(4)))
}

// Sliders of wide range are logarithmic: the handle stands at 0…1000 of the way.
const to_position = (field, value) => {
  const [low, high] = field.span
  const at = field.log
    ? Math.log(value / low) / Math.log(high / low)
    : (value - low) / (high - low)
  return Math.round(1000 * Math.min(Math.max(at, 0), 1))
}

const from_position = (field, position) => {
  const [low, high] = field.span
  const at = position / 1000
  const value = field.log ? low * (high / low) ** at : low + (high - low) * at
  if (field.integer) return Math.round(value)
  const step = field.step || 10 ** Math.floor(Math.log10(value) - 1)
  return Number((Math.round(value / step) * step).toPrecision(12))
}

// A number is taken by Enter or by leaving it; then keys are the page's again.
const entry = (attributes) => {
  const input = make("input", {
    type: "text", inputmode: "decimal", class: "number", ...attributes,
  })
  input.addEventListener("keydown", (event) => { if (event.key === "Enter") input.blur() })
  return input
}

const builders = {
  range(field, send) {
    const slider = make("input", {
      type: "range", min: 0, max: 1000, step: "any", "aria-label": field.label, name: field.name,
    })
    const number = entry({ "aria-label": `${field.label}, value` })
    let held = false
    let sent = null
    let shown = null
    const fill = (value) => {
      if (!Number.isFinite(value)) return
      slider.style.setProperty("--at", `${to_position(field, value) / 10}%`)
      slider.setAttribute("aria-valuetext", digits(field, value))
    }
    const tell = (value) => {
      fill(value)
      if (value !== sent) send(field.name, (sent = value))
    }
    slider.addEventListener("pointerdown", () => { held = true })
    for (const over of ["pointerup", "pointercancel", "blur"]) {
      slider.addEventListener(over, () => { held = false })
    }
    slider.addEventListener("input", () => {
      const value = from_position(field, Number(slider.value))
      number.value = digits(field, value)
      tell(value)
    })
    slider.addEventListener("keydown", (event) => {
      // A key moves an integer by one and any other value by its step, whatever the scale.
      const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key]
      if (by === undefined) return
      event.preventDefault()
      const now = Number(number.value)
      const step = field.integer ? 1 : field.step || 10 ** Math.floor(Math.log10(now) - 1)
      const next = Math.min(Math.max(now + by * step, field.span[0]), field.span[1])
      number.value = digits(field, next)
      slider.value = to_position(field, next)
      tell(Number(number.value))
    })
    number.addEventListener("change", () => {
      const text = number.value.trim().replace(",", ".")
      if (text === "") { number.value = digits(field, shown); return } // emptied: as it was
      tell(Number.isFinite(Number(text)) ? Number(text) : text)
    })
    return {
      element: make("label", { class: "range", title: field.doc },
        make("span", { class: "name" }, field.label), slider, number),
      set(value) {
        sent = shown = value
        if (held) return
        slider.value = to_position(field, value)
        number.value = digits(field, value)
        fill(value)
      },
    }
  },

  select(field, send) {
    const select = make("select", { "aria-label": field.label, name: field.name })
    const groups = {}
    for (const [value, title, group] of field.options) {
      if (group && !groups[group]) select.append(groups[group] = make("optgroup", { label: group }))
      const home = group ? groups[group] : select
      home.append(make("option", { value }, title))
    }
    // A menu cuts a long name short; what is chosen stands beneath it, on two lines if need be.
    const words = make("span", { class: "words", "aria-hidden": "true" })
    const say = () => { words.textContent = select.selectedOptions[0]?.textContent ?? "" }
    select.addEventListener("change", () => {
      say()
      send(field.name, select.value)
      let_go(select)
    })
    return {
      element: make("label", { class: "select", title: field.doc },
        make("span", { class: "name" }, field.label),
        make("span", { class: "chosen" }, words, select)),
      set(value) {
        select.value = value
        say()
      },
    }
  },

  segmented(field, send) {
    const group = make("div", { class: "group", role: "radiogroup", "aria-label": field.label })
    const buttons = field.options.map(([value, title]) => {
      const button = make("button", {
        type: "button", role: "radio", "data-value": value, "data-words": title,
      }, title)
      button.addEventListener("click", () => send(field.name, value))
      group.append(button)
      return button
    })
    const name = field.label ? [make("span", { class: "name" }, field.label)] : []
    return {
      element: make("div", { class: "segmented", title: field.doc, "data-name": field.name },
        ...name, group),
      set(value) {
        for (const button of buttons) {
          button.setAttribute("aria-checked", String(button.dataset.value === String(value)))
        }
      },
    }
  },

  toggle(field, send) {
    const button = make("button", { type: "button", "aria-label": field.label }, field.label)
    button.addEventListener("click", () => {
      send(field.name, button.getAttribute("aria-pressed") !== "true")
    })
    return {
      element: make("div", { class: "toggle group", title: field.doc }, button),
      set(value) { button.setAttribute("aria-pressed", String(value)) },
    }
  },

  number(field, send) {
    const input = entry({
      "aria-label": field.label, placeholder: field.placeholder, name: field.name,
    })
    input.addEventListener("change", () => send(field.name, input.value.replace(",", ".")))
    return {
      element: make("label", { class: "entry", title: field.doc },
        make("span", { class: "name" }, field.label), input),
      set(value) { input.value = digits(field, value) },
    }
  },

  // What is found is listed while one types; the first is chosen until the arrows choose another.
  search(field, send, model) {
    const input = make("input", {
      type: "search", placeholder: field.placeholder, "aria-label": field.label,
      name: field.name, spellcheck: "false", autocomplete: "off",
      role: "combobox", "aria-expanded": "false", "aria-controls": "found",
    })
    const options = make("div", { role: "listbox", id: "found", "aria-label": "Found" })
    const words = make("div", { class: "words", role: "status" })
    const list = make("div", { class: "found", hidden: true }, words, options)
    let at = -1
    let waiting = false // Enter was pressed before what is found was known
    const typed = () => input.value.trim()
    const known = () => model.found.text === typed()
    const leave = () => {
      waiting = false
      input.value = ""
      show()
      input.blur() // so that the arrow keys step through the list again
    }
    const open = (text) => { send(field.name, text); leave() }
    const choose = (index) => {
      at = index
      for (const [place, option] of [...options.children].entries()) {
        option.setAttribute("aria-selected", String(place === at))
        if (place === at) option.scrollIntoView({ block: "nearest" })
      }
      const name = options.children[at]?.id
      if (name) input.setAttribute("aria-activedescendant", name)
      else input.removeAttribute("aria-activedescendant")
    }
    const show = () => {
      const there = Boolean(typed()) && known()
      list.hidden = !there
      input.setAttribute("aria-expanded", String(there))
      if (!there) return
      const { options: found, any } = model.found
      words.textContent = model.found.words
      words.hidden = !model.found.words
      options.replaceChildren(...found.map(({ id, note, label }, place) => {
        const option = make("div", { role: "option", id: `found-${place}`, title: id },
          make("span", {}, label ?? id), make("small", {}, note))
        // Not a click: the entry would have lost the focus, and the list its place, before it.
        option.addEventListener("pointerdown", (event) => { event.preventDefault(); open(id) })
        return option
      }))
      choose(any ? 0 : -1)
      const box = input.getBoundingClientRect()
      list.style.top = `${box.bottom + 3}px`
      list.style.left = `${box.left}px`
      if (waiting) enter()
    }
    const enter = () => {
      if (!typed()) return
      waiting = !known()
      if (waiting) return
      const { options: found } = model.found
      if (at >= 0) open(found[at].id)
    }
    input.addEventListener("input", () => {
      waiting = false
      if (typed()) model.send_msg({ name: field.name, typed: typed() })
      show()
    })
    input.addEventListener("focus", show)
    input.addEventListener("blur", () => { list.hidden = true })
    input.addEventListener("keydown", (event) => {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      if (event.key === "Enter") enter()
      else if (event.key === "Escape") leave()
      else if (by && !list.hidden && options.childElementCount) {
        event.preventDefault()
        const n = options.childElementCount
        choose(at < 0 && by < 0 ? n - 1 : (at + by + n) % n)
      }
    })
    const reach = (event) => {
      if (!input.isConnected) { document.removeEventListener("keydown", reach); return }
      const where = event.composedPath()[0]
      const typing = where.matches?.("input:not([type=range]), textarea, select")
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      input.focus()
      input.select()
    }
    document.addEventListener("keydown", reach)
    return {
      element: make("div", { class: "search", title: field.doc }, input, list),
      set() {},
      found: show,
    }
  },
}

export function render({ model, el }) {
  const send = (name, value) => model.send_msg({ name, value })
  let built = {}

  const refresh = () => {
    for (const [name, control] of Object.entries(built)) {
      control.set(model.values[name])
      control.element.hidden = model.inert.includes(name)
    }
    for (const group of el.querySelectorAll("fieldset")) { // no heading over nothing
      group.hidden = ![...group.children].some((one) => one.tagName !== "LEGEND" && !one.hidden)
    }
  }

  const build = () => {
    built = {}
    const body = make("div", { class: "form" })
    const groups = new Map()
    const home_of = (field) => {
      if (!field.group) return body
      if (!groups.has(field.group)) {
        const group = make("fieldset", {}, make("legend", {}, field.group))
        groups.set(field.group, group)
        body.append(group)
      }
      return groups.get(field.group)
    }
    for (const field of model.fields) {
      const control = builders[field.kind](field, send, model)
      built[field.name] = control
      home_of(field).append(control.element)
    }
    el.replaceChildren(body)
    refresh()
  }

  model.on("fields", build)
  model.on("values", refresh)
  model.on("inert", refresh)
  model.on("msg:custom", ({ refused }) => built[refused]?.set(model.values[refused]))
  model.on("found", () => { for (const control of Object.values(built)) control.found?.() })
  build()
}
