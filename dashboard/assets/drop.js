// Opens a FITS file that is dropped anywhere on the page, or chosen with the button.

const LARGEST = 12 * 2 ** 20 // what one message can hold

export function render({ model, el }) {
  const picker = document.createElement("input")
  picker.type = "file"
  picker.hidden = true
  picker.accept = ".fits,.fit,.fts,.ftz,.gz,.bz2,.xz,.zip,.fz,.csv,.ecsv,.txt,.dat,.vot,.xml,.parquet"
  const open = document.createElement("button")
  open.type = "button"
  open.className = "plain open-file"
  open.textContent = "Open a file …"
  open.title = "Look at a spectrum of your own; or drop a file anywhere on the page"
  open.addEventListener("click", () => picker.click())

  const take = async (file) => {
    if (file === undefined) return
    if (file.size > LARGEST) {
      model.send_msg({ refused: file.name, size: file.size })
      return
    }
    const bytes = new Uint8Array(await file.arrayBuffer())
    let text = ""
    for (let at = 0; at < bytes.length; at += 0x8000) {
      text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
    }
    model.send_msg({ name: file.name, content: btoa(text) })
  }
  picker.addEventListener("change", () => {
    take(picker.files[0])
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
    take(event.dataTransfer.files[0])
  })
  el.append(open, picker)
}
