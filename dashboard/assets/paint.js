// Draws the spectrum and its explanation at the width of the frame: of thousands of pixels the lowest
// and the highest in each column of the screen, and neighbours of one colour as one stroke. Runs
// once, however many of its sources a message changes; what it makes stays in the browser.
let painting = false

export default function ({ pixels, bands, filled, figure, trace, ribbon, bars }) {
  if (painting) return
  painting = true
  queueMicrotask(() => {
    painting = false
    draw(pixels, bands, filled.data, figure, trace, ribbon, bars)
  })
}

function draw(pixels, bands, filled, figure, trace, ribbon, bars) {
  const { x, y } = pixels.data
  const { left, right, weight, shade } = bands.data
  const { start, end } = figure.x_range
  const width = Math.max(figure.inner_width || 0, 400)
  const column = (end - start) / width
  // What was empty and stays so is left alone: a source that is set has all its glyphs laid out anew.
  const put = (source, data) => {
    const empty = (columns) => Object.values(columns).every((column) => column.length === 0)
    if (!empty(data) || !empty(source.data)) source.setv({ data }, { sync: false })
  }

  // The first and last pixel in view, and one more on either side to lead the line out of it.
  const after = (value) => {
    let low = 0, high = x.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (x[middle] < value) low = middle + 1; else high = middle
    }
    return low
  }
  const first = Math.max(after(start) - 1, 0)
  const last = Math.min(after(end) + 1, x.length)

  const kept = []
  if (last - first <= 2 * width) {
    for (let i = first; i < last; i++) kept.push(i)
  } else {
    for (let i = first; i < last;) {
      const stop = x[i] + column
      let [low, high] = [i, i]
      for (; i < last && x[i] < stop; i++) {
        if (y[i] < y[low]) low = i
        if (y[i] > y[high]) high = i
      }
      kept.push(Math.min(low, high))
      if (low !== high) kept.push(Math.max(low, high))
    }
  }
  // What was filled in is not drawn like flux: the line has a gap there (whole.js dashes it).
  let gap = 0
  const measured = (i) => {
    while (gap < filled.left.length && x[i] > filled.right[gap]) gap++
    return !(gap < filled.left.length && x[i] >= filled.left[gap])
  }
  put(trace, { x: kept.map((i) => x[i]), y: kept.map((i) => measured(i) ? y[i] : NaN) })

  // A stroke ends on the pixel where the next colour begins, so that no gap is left. What has no
  // colour is not drawn.
  const strokes = { xs: [], ys: [], shade: [] }
  const close = (xs, ys, tone) => {
    if (tone && xs.length > 1) { strokes.xs.push(xs); strokes.ys.push(ys); strokes.shade.push(tone / 64) }
  }
  if (left.length) {
    let band = 0, tone = null, xs = [], ys = []
    for (const i of kept) {
      while (band < left.length - 1 && x[i] > right[band]) band++
      const now = Math.round(64 * shade[band])
      if (now !== tone) {
        if (tone !== null) close([...xs, x[i]], [...ys, y[i]], tone)
        ;[tone, xs, ys] = [now, [], []]
      }
      xs.push(x[i])
      ys.push(y[i])
    }
    close(xs, ys, tone)
  }
  put(ribbon, strokes)

  // Of bands narrower than a column, the strongest.
  const seen = { left: [], right: [], weight: [], shade: [] }
  for (let k = 0; k < left.length;) {
    let strongest = k, stop = k
    while (stop < left.length && (stop === k || right[stop] - left[k] < column)) {
      if (Math.abs(weight[stop]) > Math.abs(weight[strongest])) strongest = stop
      stop++
    }
    if (right[stop - 1] >= start && left[k] <= end) {
      seen.left.push(left[k])
      seen.right.push(right[stop - 1])
      seen.weight.push(weight[strongest])
      seen.shade.push(shade[strongest])
    }
    k = stop
  }
  put(bars, seen)
}
