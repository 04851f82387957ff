// Opens files that are dropped anywhere on the page, or chosen with the button. Of several, each
// can be opened again by its name: the browser keeps them, the server only the one that is open.

const MOST = 50 // files in the list
const LARGEST = 12 * 2 ** 20 // what one message can hold

export function render({ model, el }) {
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
