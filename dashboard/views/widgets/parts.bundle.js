// Made of dashboard/assets by `make parts`: change those.
// The plane is seen first: the parts around it wait for the frame that shows it.
await new Promise((go) => {
  requestAnimationFrame(() => setTimeout(go))
  setTimeout(go, 100)
})

// What several parts need; stands in front of each part's own module.

// Hands the visitor a file.
const hand_over = (name, content, type = "") => {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(new Blob([content], { type }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}

// What hears of several parameters hears once of a message that changes them.
const once = (callback) => {
  let due = false
  return () => {
    if (!due) queueMicrotask(() => { due = false; callback() })
    due = true
  }
}

// No line ends between a number and its unit. Text alone: names in attributes stay as they are.
const unbroken = (html) => html.replace(/(\d) (?=[%Åσ]|km\/s)(?![^<]*>)/g, "$1\u00a0")

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value)
  }
  element.append(...children)
  return element
}

// So that the arrow keys step through the list again; but one who chooses by them goes on choosing.
const let_go = (select) => { if (!select.matches(":focus-visible")) select.blur() }

const DropPart = (() => {
// Opens files that are dropped anywhere on the page, or chosen with the button. Of several, each
// can be opened again by its name: the browser keeps them, the server only the one that is open.

const MOST = 50 // files in the list
const LARGEST = 12 * 2 ** 20 // what one message can hold

function render({ model, el }) {
  const picker = document.createElement("input")
  picker.type = "file"
  picker.hidden = true
  picker.multiple = true
  const open = document.createElement("button")
  open.type = "button"
  open.className = "plain open-file"
  open.textContent = "Open files …"
  open.title = "Look at spectra of your own; or drop files anywhere on the page"
  open.addEventListener("click", () => picker.click())

  const kept = []
  const list = document.createElement("div")
  list.className = "kept-files"
  list.setAttribute("role", "group")
  list.setAttribute("aria-label", "Your files")

  const show = (opened) => {
    const told = document.createElement("p")
    told.textContent = `${kept.length} files of yours; a click opens one`
    const lines = kept.map((file) => {
      const line = document.createElement("button")
      line.type = "button"
      line.textContent = line.title = file.name
      if (file === opened) line.setAttribute("aria-current", "true")
      line.addEventListener("click", () => take(file))
      return line
    })
    list.replaceChildren(told, ...lines)
    list.hidden = kept.length < 2
  }
  const add = (files) => {
    const several = [...files]
    if (!several.length) return
    for (const file of several) {
      const same = ({ name, size, lastModified }) =>
        name === file.name && size === file.size && lastModified === file.lastModified
      const known = kept.findIndex(same)
      if (known >= 0) kept.splice(known, 1)
      kept.push(file)
    }
    kept.splice(0, kept.length - MOST)
    // One at a time can be open; the others stand in the list.
    take(kept.includes(several[0]) ? several[0] : kept.at(-1))
  }

  let wanted
  const take = async (file) => {
    wanted = file
    show(file)
    if (file.size > LARGEST) {
      model.send_msg({ refused: file.name, size: file.size })
      return
    }
    let content
    try {
      content = await file.arrayBuffer()
    } catch { // a folder, or a file that is gone
      model.send_msg({ unread: file.name })
      return
    }
    if (file !== wanted) return // another was asked for while this one was read
    const bytes = new Uint8Array(content)
    let text = ""
    for (let at = 0; at < bytes.length; at += 0x8000) {
      text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
    }
    model.send_msg({ name: file.name, content: btoa(text) })
  }
  picker.addEventListener("change", () => {
    add(picker.files)
    picker.value = "" // so that the same file can be chosen again
  })
  const carries = (event) => event.dataTransfer?.types.includes("Files")
  document.addEventListener("dragover", (event) => {
    if (!carries(event)) return
    event.preventDefault()
    document.documentElement.dataset.dropping = "true"
  })
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) delete document.documentElement.dataset.dropping
  })
  document.addEventListener("drop", (event) => {
    delete document.documentElement.dataset.dropping
    if (!carries(event)) return
    event.preventDefault()
    add(event.dataTransfer.files)
  })
  list.hidden = true
  el.append(open, picker, list)
}
return { render }
})()

const FilterPart = (() => {
// A where-clause with completion of its words, the offending word marked, and a brush for one
// column: a histogram with a range, or check boxes.

const svg = (tag, attributes) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  return element
}
const STEPS = 720 // of the two handles

function render({ model, el }) {
  // --- the clause
  const input = make("textarea", {
    rows: 2, "aria-label": "Filter", placeholder: model.example, spellcheck: "false",
    autocomplete: "off", role: "combobox", "aria-expanded": "false", "aria-controls": "words-found",
    "aria-describedby": "filter-said", maxlength: model.longest,
    title: "A where-clause on any column: Enter applies it. AND, OR, NOT, =, <, IN, BETWEEN, LIKE, "
      + "IS NULL; & | == too. A text stands in quotes.",
  })
  const options = make("div", { role: "listbox", id: "words-found", "aria-label": "Words" })
  const list = make("div", { class: "found", hidden: true }, options)
  const clear = make("button", {
    type: "button", class: "clear", title: "Clear the filter", "aria-label": "Clear the filter",
  }, "×")
  const said = make("div", { class: "said", id: "filter-said", role: "status" })
  let at = -1

  const typed = () => model.found.text === input.value && model.found.at === input.selectionStart
  const grow = () => {
    input.style.height = "0"
    input.style.height = `${Math.min(Math.max(input.scrollHeight + 2, 46), 130)}px`
    clear.hidden = !input.value
  }
  const choose = (index) => {
    at = index
    for (const [place, option] of [...options.children].entries()) {
      option.setAttribute("aria-selected", String(place === at))
    }
    const name = options.children[at]?.id
    if (name) input.setAttribute("aria-activedescendant", name)
    else input.removeAttribute("aria-activedescendant")
  }
  const shut = () => {
    list.hidden = true
    input.setAttribute("aria-expanded", "false")
    choose(-1)
  }
  const replace = (start, end, word) => {
    input.focus()
    input.setRangeText(word, start, end, "end")
    grow()
    shut()
  }
  const offer = () => {
    const words = typed() ? model.found.options : []
    const begun = typed() ? input.value.slice(model.found.start, model.found.at) : ""
    const there = words.length > 0 && !(words.length === 1 && words[0] === begun)
    if (!there || el.getRootNode().activeElement !== input) { shut(); return }
    options.replaceChildren(...words.map((word, place) => {
      const option = make("div", { role: "option", id: `word-${place}` }, make("span", {}, word))
      option.addEventListener("pointerdown", (event) => {
        event.preventDefault()
        replace(model.found.start, model.found.at, `${word} `)
      })
      return option
    }))
    list.hidden = false
    input.setAttribute("aria-expanded", "true")
    choose(-1)
    const box = input.getBoundingClientRect()
    list.style.top = `${box.bottom + 3}px`
    list.style.left = `${box.left}px`
  }
  const apply = () => {
    clearTimeout(timer)
    shut()
    model.send_msg({ apply: input.value })
  }
  let timer = 0
  input.addEventListener("input", () => {
    grow()
    shut()
    say()
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (input.value) model.send_msg({ typed: input.value, at: input.selectionStart })
    }, 60)
  })
  input.addEventListener("blur", shut)
  input.addEventListener("keydown", (event) => {
    const open = !list.hidden
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (by && open) {
      event.preventDefault()
      const n = options.childElementCount
      choose(at < 0 && by < 0 ? n - 1 : (at + by + n) % n)
    } else if ((event.key === "Enter" && open && at >= 0) || (event.key === "Tab" && open)) {
      event.preventDefault()
      replace(model.found.start, model.found.at, `${model.found.options[Math.max(at, 0)]} `)
    } else if (event.key === "Enter") {
      event.preventDefault()
      apply()
    } else if (event.key === "Escape") {
      if (open) { event.stopPropagation(); shut(); return }
      input.value = model.text
      grow()
      input.blur() // so that the arrow keys step through the list again
    }
  })
  clear.addEventListener("click", () => {
    input.value = ""
    grow()
    model.send_msg({ clear: true })
    input.focus()
  })

  // What came of it; of an error the clause with the offending word marked, and what may stand there.
  const say = () => {
    const wrong = Boolean(model.error.why) && input.value === model.text // and not of another
    input.setAttribute("aria-invalid", String(wrong))
    el.classList.toggle("wrong", wrong)
    if (!wrong) { said.replaceChildren(model.error.why ? "" : model.words); return }
    const { why, start, end, near } = model.error
    const text = model.text
    const mark = make("mark", {}, text.slice(start, end) || "…")
    const quote = make("div", { class: "quote" },
      (start > 24 ? "…" : "") + text.slice(Math.max(0, start - 24), start), mark,
      text.slice(end, end + 24) + (end + 24 < text.length ? "…" : ""))
    const buttons = near.map((word) => {
      const button = make("button", { type: "button", class: "near" }, word)
      button.addEventListener("click", () => {
        input.value = text
        replace(start, end, word)
        apply()
      })
      return button
    })
    said.replaceChildren(quote, make("div", {}, why),
      ...(near.length ? [make("div", {}, "Perhaps: ", ...buttons)] : []))
  }

  // --- the brush
  const pick = make("select", { "aria-label": "Column to brush" })
  const board = make("div", { class: "board" })
  const fill = () => {
    const groups = {}
    pick.replaceChildren(new Option("By a column …", ""))
    for (const [name, heading] of model.columns) {
      if (!groups[heading]) pick.append(groups[heading] = make("optgroup", { label: heading }))
      groups[heading].append(new Option(name, name))
    }
  }
  pick.addEventListener("change", () => { model.send_msg({ column: pick.value }); let_go(pick) })

  let held = false
  const number = () => {
    const { edges, counts, kept, log, unit, range, missing, column } = model.brush
    const [first, last] = [edges[0], edges.at(-1)]
    const place = (value) => STEPS * (log
      ? Math.log(value / first) / Math.log(last / first) : (value - first) / (last - first))
    const value = (at) => log ? first * (last / first) ** (at / STEPS)
      : first + (last - first) * (at / STEPS)
    const most = Math.max(...counts, 1)
    const tall = (n) => n ? Math.max(2, 44 * Math.sqrt(n / most)) : 0
    const picture = svg("svg", { viewBox: `0 0 ${counts.length} 44`, preserveAspectRatio: "none",
      "aria-hidden": "true" })
    counts.forEach((n, k) => {
      picture.append(
        svg("rect", { x: k, y: 44 - tall(n), width: 0.92, height: tall(n), class: "all" }),
        svg("rect", { x: k, y: 44 - tall(kept[k]), width: 0.92, height: tall(kept[k]) }))
    })
    const handle = (name, start) => make("input", {
      type: "range", min: 0, max: STEPS, step: 1, value: start, "aria-label": `${name} of ${column}`,
    })
    const low = handle("Low end", 0)
    const high = handle("High end", STEPS)
    const [left, right] = [make("div", { class: "off" }), make("div", { class: "off right" })]
    const ends = [make("span"), make("span", {}, [unit, log ? "log" : ""].filter(Boolean).join(" · ")),
      make("span")]
    const ask = () => {
      const open = [Number(low.value) <= 0, Number(high.value) >= STEPS]
      return [open[0] ? null : value(Number(low.value)), open[1] ? null : value(Number(high.value))]
    }
    const digits = log ? 2 : Math.ceil(Math.log10(Math.max(Math.abs(first), Math.abs(last))
      / (last - first))) + 3
    const words = (at) => {
      const text = Number(value(at).toPrecision(Math.min(Math.max(digits, 2), 12)))
      return String(text).replaceAll("-", "−")
    }
    const show = () => {
      left.style.width = `${100 * low.value / STEPS}%`
      right.style.width = `${100 - 100 * high.value / STEPS}%`
      ends[0].textContent = Number(low.value) <= 0 ? `≤ ${words(0)}` : words(Number(low.value))
      ends[2].textContent = Number(high.value) >= STEPS ? `≥ ${words(STEPS)}`
        : words(Number(high.value))
    }
    for (const one of [low, high]) {
      one.addEventListener("pointerdown", () => { held = true })
      one.addEventListener("input", () => {
        if (Number(low.value) > Number(high.value)) one.value = one === low ? high.value : low.value
        show()
      })
      one.addEventListener("change", () => {
        held = false
        model.send_msg({ range: ask() })
      })
    }
    low.value = range[0] === null ? 0 : place(range[0])
    high.value = range[1] === null ? STEPS : place(range[1])
    show()
    const without = missing ? `${missing.toLocaleString("en")} have none` : ""
    board.replaceChildren(make("div", { class: "bars" }, picture, left, right, low, high),
      make("div", { class: "ends" }, ...ends), make("div", { class: "words" }, without))
  }

  const kinds = () => {
    const { names, values, counts, kept, chosen, only_missing, missing, more } = model.brush
    const { missing_kept } = model.brush
    const boxes = []
    const line = (name, n, of, on) => {
      const box = make("input", { type: "checkbox", "data-box": name })
      box.checked = on
      box.addEventListener("change", () => {
        const ticked = values.filter((_, k) => boxes[k].checked)
        model.send_msg({ kinds: ticked, missing: Boolean(boxes[values.length]?.checked) })
      })
      boxes.push(box)
      const counted = n === of ? of.toLocaleString("en")
        : `${n.toLocaleString("en")} of ${of.toLocaleString("en")}`
      return make("label", { class: "kind", title: name }, box, make("span", {}, name),
        make("b", {}, counted))
    }
    const lines = values.map((value, k) =>
      line(names[k], kept[k], counts[k], chosen.includes(value)))
    if (missing) lines.push(line("none", missing_kept, missing, only_missing))
    board.replaceChildren(...lines,
      make("div", { class: "words" }, more ? `and ${more.toLocaleString("en")} more: type them` : ""))
  }
  const brush = () => {
    if (held) return // the hand has not let go
    pick.value = model.brush.column ?? ""
    const focused = el.getRootNode().activeElement
    const name = focused?.getAttribute("aria-label") ?? focused?.dataset.box
    const inside = board.contains(focused)
    if (!model.brush.column) board.replaceChildren()
    else if (model.brush.kind === "number") number()
    else kinds()
    if (inside) {
      [...board.querySelectorAll("input")]
        .find((one) => (one.getAttribute("aria-label") ?? one.dataset.box) === name)?.focus()
    }
  }

  const reach = (event) => {
    if (!input.isConnected) { document.removeEventListener("keydown", reach); return }
    const where = event.composedPath()[0]
    const typing = where.matches?.("input:not([type=range]), textarea, select")
    if (event.key !== "f" || typing || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    input.focus()
  }
  document.addEventListener("keydown", reach)
  const set = () => {
    // What is being typed stays, until it is applied.
    if (el.getRootNode().activeElement !== input || model.held || model.error.why) {
      input.value = model.text
    }
    input.classList.toggle("held", model.held)
    grow()
  }
  el.replaceChildren(make("div", { class: "clause" }, input, clear, list), said, pick, board)
  model.on("text", set)
  model.on("held", set)
  model.on(["text", "words", "error"], once(say))
  model.on("found", offer)
  model.on("columns", fill)
  model.on("brush", brush)
  fill()
  set()
  say()
  brush()
  new ResizeObserver(grow).observe(el)
}
return { render }
})()

const FormPart = (() => {
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

function render({ model, el }) {
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
return { render }
})()

const LegendPart = (() => {
// What the colours of the plane mean: categories to switch, or a colour bar with its range.

function render({ model, el }) {
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
return { render }
})()

const SectionsPart = (() => {
// A tab made of sections of HTML. Python replaces a section's text; clicks and changes go back.
// Elements with data-send send that JSON when clicked; inputs and selects with a name send
// {set: name, value, of: their data-of}. What has the focus keeps its element, and a text or slider
// in use its value.

function render({ model, el }) {
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
return { render }
})()

const ShellPart = (() => {
// The panes of the page can be dragged, by pointer or by keys; where they stand is remembered by this
// browser. A double click, or Home, takes the usual sizes again.
const KEPT = "spexplain-panes"
const LEAST = { width: 220, height: 120 }

const movable_panes = () => {
  const page = document.querySelector(".page")
  let kept = {}
  try { kept = JSON.parse(localStorage.getItem(KEPT)) ?? {} } catch { /* none, or not ours */ }

  const set = (name, value) => {
    if (value === null) page.style.removeProperty(name)
    else page.style.setProperty(name, value)
  }
  const bars = [...page.querySelectorAll(".split")]
  const state = () => {
    const share = kept.plane ?? null
    set("--plane", share === null ? null : `${share}fr`)
    set("--spectrum", share === null ? null : `${1 - share}fr`)
    set("--drawer", kept.drawer ? `${kept.drawer}px` : null)
    for (const bar of bars) bar.setAttribute("aria-valuenow", String(Math.round(now(bar))))
  }
  const box = (name) => page.querySelector(name).getBoundingClientRect()
  const upright = (bar) => bar.dataset.pane === "plane"
  // Percent that the pane before the bar has of both.
  const now = (bar) => {
    if (upright(bar)) return 100 * box(".plane").width / (box(".plane").width + box(".spectrum").width)
    return 100 * box(".plane").height / (box(".plane").height + box(".drawer").height)
  }
  const move = (bar, x, y) => {
    if (upright(bar)) {
      const [from, to] = [box(".plane").left, box(".spectrum").right]
      const at = Math.min(Math.max(x, from + LEAST.width), to - LEAST.width)
      kept.plane = Number(((at - from) / (to - from)).toFixed(4))
    } else {
      const { bottom } = box(".drawer")
      const { top } = box(".plane")
      kept.drawer = Math.round(Math.min(Math.max(bottom - y, LEAST.height), bottom - top - LEAST.height))
    }
    state()
  }
  const keep = () => {
    try { localStorage.setItem(KEPT, JSON.stringify(kept)) } catch { /* a browser that keeps nothing */ }
  }
  const usual = (bar) => { delete kept[upright(bar) ? "plane" : "drawer"]; state(); keep() }

  for (const bar of bars) {
    let held = false
    bar.addEventListener("pointerdown", (event) => {
      held = true
      bar.setPointerCapture(event.pointerId)
      event.preventDefault()
    })
    bar.addEventListener("pointermove", (event) => { if (held) move(bar, event.clientX, event.clientY) })
    for (const over of ["pointerup", "pointercancel"]) {
      bar.addEventListener(over, () => { if (held) keep(); held = false })
    }
    bar.addEventListener("dblclick", () => usual(bar))
    bar.addEventListener("keydown", (event) => {
      const by = { ArrowRight: [24, 0], ArrowLeft: [-24, 0], ArrowDown: [0, 24], ArrowUp: [0, -24] }[event.key]
      if (event.key === "Home") usual(bar)
      else if (by) {
        const { left, top, width, height } = bar.getBoundingClientRect()
        move(bar, left + width / 2 + by[0], top + height / 2 + by[1])
        keep()
      } else return
      event.preventDefault()
      event.stopPropagation() // the arrows step through no list from here
    })
  }
  state()
}

// What belongs to the whole page: its theme, its keys, and buttons in the page's own markup.

const TYPING = "input:not([type=range]), select, textarea"

// After a night's sleep, or a restart of the server, the address still holds the whole view: wait
// until the server itself, and no gateway in between, answers again and reload.
const come_back = () => {
  const box = document.getElementById("problem")
  box.textContent = "The connection was lost. The page comes back by itself when the server does."
  box.hidden = false
  const again = () => setTimeout(ask, 2000)
  const ask = () => fetch("liveness", { cache: "no-store" })
    .then((answer) => answer.ok ? location.reload() : again(), again)
  setTimeout(ask, 1000)
}

function render({ model, el, view }) {
  const root = document.documentElement
  const say = () => {
    const box = document.getElementById("problem")
    box.textContent = model.problem
    box.hidden = !model.problem
  }
  const dress = () => {
    root.dataset.theme = model.theme
    delete root.dataset.redrawn
  }
  const stand = () => { if (model.ready) root.dataset.ready = "true" }

  const hear = () => {
    document.getElementById("problem").hidden = true
    if (model.problem) model.send_msg({ do: "heard" })
  }

  const on_key = (event) => {
    if (event.key === "Enter") hear() // what is entered next is answered anew
    const where = event.composedPath()[0]
    const typing = where.matches?.(TYPING)
    const menu = document.querySelector("details.menu[open]")
    if (event.key === "Escape") hear()
    if (event.key === "Escape" && menu) {
      menu.open = false
      menu.firstElementChild.focus()
      return
    }
    if (document.querySelector("dialog[open]")) return // what lies behind it has to wait
    if (event.key === "Escape" && !typing) model.send_msg({ do: "unselect" })
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return
    if (/^[0-9]$/.test(event.key)) { model.send_msg({ tag: Number(event.key) }); return }
    if (event.key === "z") { model.send_msg({ do: "own-redshift" }); return }
    if (event.key === "u") { model.send_msg({ do: "untag" }); return }
    if (event.key === "?") { document.getElementById("keys").showModal(); return }
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key]
    if (by === undefined || where.matches?.("input")) return // a slider takes them itself
    event.preventDefault()
    model.send_msg({ step: by })
  }
  // What a drag over the plane does changes at once; the server hears of it besides.
  const turn = (event) => {
    const [button, , group] = event.composedPath()
    const plane = view.model.document.get_model_by_name("plane-figure")
    if (plane && group?.dataset?.name === "drag") plane.tags = [button.dataset.value]
  }
  const on_click = (event) => {
    turn(event)
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!event.target.closest("summary")) menu.open = false
    }
    // Through shadow roots: a button may be among a part's words.
    // What was said may lie over what is wanted next.
    if (event.target.id === "problem") hear()
    const button = event.composedPath().find((where) => where.dataset?.do)
    if (!button) return
    if (["keys", "rejected"].includes(button.dataset.do)) {
      document.getElementById(button.dataset.do).showModal()
    } else if (button.dataset.do === "theme") {
      const theme = root.dataset.theme === "dark" ? "light" : "dark"
      document.cookie = `spexplain-theme=${theme}; path=/; max-age=31536000; samesite=lax`
      model.send_msg({ theme }) // page and plots change together, once the server has drawn them
    } else {
      model.send_msg({ do: button.dataset.do })
    }
  }
  // The address follows the choices. A new spectrum is a step the back button returns from; the
  // rest, which changes many times a second under a slider, only replaces, and not every time.
  let timer = 0
  const address = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      const now = new URLSearchParams(location.search)
      const next = new URLSearchParams(model.query)
      if (now.toString() === next.toString()) return
      const push = now.get("id") && next.get("id") !== now.get("id")
      history[push ? "pushState" : "replaceState"]({}, "", `?${model.query}`)
    }, 150)
  }
  const on_pop = () => { clearTimeout(timer); model.send_msg({ query: location.search }) }

  // Bokeh frames a figure in dots after every click, from within its own shadow root.
  const unframe = (event) => {
    const where = event.composedPath()[0]
    if (where.classList.contains("bk-events")) {
      const seen = event.type === "focusin" && where.matches(":focus-visible")
      where.style.outline = seen ? "2px solid var(--accent)" : "none"
      where.style.outlineOffset = "-2px" // beyond its edge nothing is seen
    }
  }

  movable_panes()
  // Before the plane's tool tells what was drawn: the keys held then say what becomes of it.
  let told = ""
  const held = (event) => {
    const now = event.shiftKey && event.altKey ? "intersect" : event.shiftKey ? "add" : event.altKey ? "subtract" : ""
    if (now !== told) model.send_msg({ held: now })
    told = now
  }

  document.addEventListener("pointerup", held, { capture: true })
  document.addEventListener("focusin", unframe)
  document.addEventListener("focusout", unframe)
  addEventListener("popstate", on_pop)
  document.addEventListener("keydown", on_key)
  document.addEventListener("click", on_click)
  model.on("msg:custom", ({ name, content }) => {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))
    hand_over(name, bytes)
  })
  model.on("problem", say)
  model.on("theme", dress)
  model.on("ready", stand)
  model.on("query", address)
  model.on("remove", () => {
    removeEventListener("popstate", on_pop)
    document.removeEventListener("pointerup", held, { capture: true })
    document.removeEventListener("focusin", unframe)
    document.removeEventListener("focusout", unframe)
    document.removeEventListener("keydown", on_key)
    document.removeEventListener("click", on_click)
  })
  say()
  address()
  // The page has already dressed itself; the server follows if it guessed otherwise.
  if (root.dataset.theme !== model.theme) model.send_msg({ theme: root.dataset.theme })
  else delete root.dataset.redrawn
  if (devicePixelRatio > 1) model.send_msg({ ratio: devicePixelRatio })
  view.model.document.on_event("connection_lost", come_back)
  stand()
}
return { render }
})()

const TablePart = (() => {
// A list to step through: one page of rows, the open one marked and kept in sight.

function render({ model, el }) {
  const table = document.createElement("table")
  const head = table.createTHead()
  const body = table.createTBody()
  const scroller = document.createElement("div")
  scroller.className = "scroller"
  scroller.append(table)
  const foot = document.createElement("div")
  foot.className = "foot"
  const note = document.createElement("span")
  const save = document.createElement("button")
  save.type = "button"
  save.textContent = "Export CSV"
  const say = (message) => model.send_msg({ ...message, of: model.page.list })
  save.addEventListener("click", () => say({ export: true }))
  const only = document.createElement("select")
  only.setAttribute("aria-label", "Hold the list to")
  only.addEventListener("change", () => { say({ tagged: only.value }); let_go(only) })
  foot.append(note, only, save)
  el.replaceChildren(scroller, foot)

  const mark = () => {
    for (const line of body.rows) {
      const on = line.dataset.row === String(model.selected)
      line.setAttribute("aria-selected", String(on))
      if (!on) continue
      const { scrollLeft } = scroller // which columns are seen is the reader's choice
      line.scrollIntoView({ block: "nearest" })
      scroller.scrollLeft = scrollLeft
    }
  }

  const choices = ({ choices, tagged }) => {
    only.replaceChildren(...choices.map(([value, words]) => new Option(words, value)))
    only.value = tagged
    only.hidden = !choices.length
  }

  const headings = ({ columns, sort }) => {
    const line = document.createElement("tr")
    const held = el.getRootNode().activeElement?.dataset.key
    for (const column of columns) {
      const cell = document.createElement("th")
      cell.scope = "col"
      cell.className = column.kind
      cell.title = column.about ?? ""
      const way = sort === column.key ? "▴" : sort === `-${column.key}` ? "▾" : ""
      if (way) cell.setAttribute("aria-sort", way === "▴" ? "ascending" : "descending")
      const sorts = document.createElement("button")
      sorts.type = "button"
      sorts.className = "sort"
      sorts.textContent = `${column.title} ${way}`.trim()
      sorts.dataset.key = column.key
      cell.append(sorts)
      cell.addEventListener("click", () => say({ sort: column.key }))
      line.append(cell)
    }
    head.replaceChildren(line)
    if (held) line.querySelector(`[data-key="${held}"]`)?.focus()
  }

  const rows = ({ rows, columns, note: words }) => {
    body.replaceChildren(...rows.map(([row, ...cells]) => {
      const line = document.createElement("tr")
      line.dataset.row = row
      cells.forEach((text, index) => {
        const cell = line.insertCell()
        const { kind } = columns[index] ?? { kind: "text" }
        cell.className = kind
        if (kind === "type" && text !== "–") {
          const dot = document.createElement("i")
          dot.style.setProperty("--dot", `var(--type-${text.replaceAll(" ", "-")}, var(--quiet))`)
          cell.append(dot)
        }
        cell.append(text)
        if (kind === "words") cell.title = text // it may be longer than there is room
      })
      return line
    }))
    note.textContent = words
    save.hidden = !rows.length
    scroller.classList.toggle("empty", !rows.length)
  }

  // All of one list or all of another: nothing of the last stays.
  let drawn
  const draw = () => {
    const { page } = model
    if (page.list === undefined) return
    headings(page)
    choices(page)
    rows(page)
    if (drawn !== page.list) scroller.scrollTop = 0
    drawn = page.list
    mark()
  }

  body.addEventListener("click", (event) => {
    const line = event.target.closest("tr")
    if (line) say({ open: Number(line.dataset.row) })
  })
  model.on("selected", mark)
  model.on("page", draw)
  model.on("msg:custom", ({ name, text }) => hand_over(name, text, "text/csv"))
  draw()
  // Rows have no place before the list has a height, and another one once it changes.
  new ResizeObserver(mark).observe(scroller)
}
return { render }
})()

const WordsPart = (() => {
// Words of the page: set in place, without the layout that Bokeh does for a pane.

function render({ model, el }) {
  const say = () => { el.innerHTML = unbroken(model.html) }
  model.on("html", say)
  say()
}
return { render }
})()

export default { DropPart, FilterPart, FormPart, LegendPart, SectionsPart, ShellPart, TablePart, WordsPart }
