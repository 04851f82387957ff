// A list to step through: one page of rows, the open one marked and kept in sight.

export function render({ model, el }) {
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
