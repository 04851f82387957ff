// Draws all that was observed, at the width of the frame: beside the model's window as a line of its
// own, everywhere its error as a band, and what was filled in as dashes. Of thousands of pixels the
// lowest and the highest in each column of the screen; no line crosses a gap.
let drawing = false

export default function (parts) {
  if (drawing) return
  drawing = true
  queueMicrotask(() => {
    drawing = false
    draw(parts)
  })
}

function draw({ observed, pixels, filled, window: seen, figure, beside, band, dashes }) {
  const { start, end } = figure.x_range
  const column = (end - start) / Math.max(figure.inner_width || 0, 400)
  // What was empty and stays so is left alone: a source that is set has all its glyphs laid out anew.
  const put = (source, data) => {
    const empty = (columns) => Object.values(columns).every((column) => column.length === 0)
    if (!empty(data) || !empty(source.data)) source.setv({ data }, { sync: false })
  }
  const among = ({ left, right }) => {
    let at = 0
    return (x) => {
      while (at < left.length && x > right[at]) at++
      return at < left.length && x >= left[at]
    }
  }
  const first_after = (x, value) => {
    let low = 0, high = x.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (x[middle] < value) low = middle + 1; else high = middle
    }
    return low
  }
  // The pixels in view, by columns of the screen; single ones where they are wider than a column.
  const columns = (x, visit) => {
    const last = Math.min(first_after(x, end) + 1, x.length)
    for (let i = Math.max(first_after(x, start) - 1, 0); i < last;) {
      const from = i, stop = x[i] + column
      do i++; while (i < last && x[i] < stop)
      visit(from, i)
    }
  }
  const line = (x, y, wanted) => {
    const drawn = { x: [], y: [] }
    columns(x, (from, to) => {
      let low = -1, high = -1
      for (let i = from; i < to; i++) {
        if (!wanted(x[i]) || Number.isNaN(y[i])) continue
        if (low < 0 || y[i] < y[low]) low = i
        if (high < 0 || y[i] > y[high]) high = i
      }
      if (low < 0) { drawn.x.push(x[from]); drawn.y.push(NaN); return }
      for (const i of low === high ? [low] : [Math.min(low, high), Math.max(low, high)]) {
        drawn.x.push(x[i])
        drawn.y.push(y[i])
      }
    })
    return drawn
  }

  const { x, y, error } = observed.data
  const saw = among(seen.data), was_filled = among(filled.data)
  // Where the model was given something else, what was observed there stands beside it.
  put(beside, line(x, y, (at) => { const filled_in = was_filled(at); return !saw(at) || filled_in }))
  const in_dashes = among(filled.data)
  put(dashes, line(pixels.data.x, pixels.data.y, in_dashes))

  const patches = { xs: [], ys: [] }
  let run = { x: [], low: [], high: [] }
  const close = () => {
    if (run.x.length > 1) {
      patches.xs.push([...run.x, ...run.x.toReversed()])
      patches.ys.push([...run.high, ...run.low.toReversed()])
    }
    run = { x: [], low: [], high: [] }
  }
  columns(x, (from, to) => {
    let low = Infinity, high = -Infinity
    for (let i = from; i < to; i++) {
      if (Number.isNaN(error[i])) continue
      low = Math.min(low, y[i] - error[i])
      high = Math.max(high, y[i] + error[i])
    }
    if (low > high) { close(); return }
    run.x.push((x[from] + x[to - 1]) / 2)
    run.low.push(low)
    run.high.push(high)
  })
  close()
  put(band, band.tags[0] === "off" ? { xs: [], ys: [] } : patches)
}
