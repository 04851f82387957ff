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

export function render({ model, el, view }) {
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
