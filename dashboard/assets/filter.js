// A where-clause with completion of its words, the offending word marked, and a brush for one
// column: a histogram with a range, or check boxes.

const svg = (tag, attributes) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  return element
}
const STEPS = 720 // of the two handles

export function render({ model, el }) {
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
