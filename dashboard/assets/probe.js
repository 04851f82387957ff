// Tells where the pointer rests on the plane, or that it has left.
let timer = 0

export default function ({ probe, wait }, event) {
  clearTimeout(timer)
  if (event.event_name === "mouseleave") {
    probe.data = { x: [], y: [] }
    return
  }
  const here = { x: [event.x], y: [event.y] }
  timer = setTimeout(() => { probe.data = here }, wait)
}
