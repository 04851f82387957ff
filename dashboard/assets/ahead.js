// Bokeh asks the server for the page's document when the last script has run. Here the socket that
// Bokeh will open is opened, and the document asked for, before any of them: the server makes it
// while the browser reads. What comes is kept, and handed over when Bokeh asks itself.
{
  const { token } = document.currentScript.dataset
  const url = String(Object.assign(new URL(location), {
    protocol: location.protocol === "https:" ? "wss:" : "ws:",
    pathname: `${location.pathname.replace(/\/+$/, "")}/ws`,
    hash: "",
  }))
  const socket = new WebSocket(url, ["bokeh", token])
  socket.binaryType = "arraybuffer"

  // A message comes in pieces: header, metadata, content, and two for each buffer.
  const messages = []
  const header = (message) => JSON.parse(message[0].data)
  const is_whole = (message) => message.length === 3 + 2 * (header(message).num_buffers ?? 0)
  const is_reply = (message) => header(message).msgtype === "PULL-DOC-REPLY"
  const keep = (piece) => {
    let message = messages.at(-1)
    if (!message || is_whole(message)) messages.push(message = [])
    message.push(piece)
    if (!is_whole(message)) return
    if (messages.length === 1) { // it has said that it listens
      const ask = { msgid: "ahead", msgtype: "PULL-DOC-REQ" }
      for (const said of [ask, {}, {}]) socket.send(JSON.stringify(said))
    }
    if (is_reply(message)) hand_over()
  }

  // What Bokeh takes for its socket. It is told nothing before the reply has come.
  let taken = null
  let asked = []
  const hand_over = () => {
    if (!taken || !messages.some((message) => is_reply(message) && is_whole(message))) return
    socket.onmessage = (piece) => taken.onmessage(piece)
    taken.onopen()
    for (const piece of messages.shift()) taken.onmessage(piece)
  }
  const answer = () => {
    const reqid = JSON.parse(asked[0]).msgid
    for (const message of messages) {
      if (is_reply(message)) message[0] = { data: JSON.stringify({ ...header(message), reqid }) }
      for (const piece of message) taken.onmessage(piece)
    }
  }
  const take = () => ({
    get readyState() { return socket.readyState },
    close: (...how) => socket.close(...how),
    send: (piece) => {
      if (asked.length === 3) { socket.send(piece); return }
      asked.push(piece) // Bokeh's own request, which has been answered
      if (asked.length === 3) answer()
    },
  })

  socket.onmessage = keep
  socket.onclose = (event) => taken?.onclose(event)
  socket.onerror = (event) => taken?.onerror(event)
  window.WebSocket = new Proxy(WebSocket, {
    construct(Socket, [at, ...rest]) {
      if (at !== url) return new Socket(at, ...rest)
      window.WebSocket = Socket
      if (socket.readyState > Socket.OPEN) return new Socket(at, ...rest)
      queueMicrotask(hand_over)
      return (taken = take())
    },
  })
}
