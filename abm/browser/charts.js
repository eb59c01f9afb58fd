/* Makes HTML with places for charts live, on the page and in a file saved from it.

   A place names its chart. What is on the screen is changed only where it differs, and a chart is
   drawn on by the same instance, so that what is hidden, zoomed or pointed at stays so. */
function nssiCharts(root) {
  const charts = new Map()  // by name: instance, its element, and what it was last told
  const kept = new Map()  // by name: what is hidden and zoomed, also while another view is open
  const stateOf = name => {
    if (!kept.has(name)) kept.set(name, { hidden: new Set(), zoom: {} })
    return kept.get(name)
  }
  const observer = new ResizeObserver(() => charts.forEach(fit))  // to ask for sizes in every frame takes long
  const digits = number => Math.abs(number) < 1000 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 0 }
  const plain = number => number.toLocaleString('en', digits(number))  // of thousands of people everyone is told
  const date = { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }
  const headings = {
    age: x => `Age ${x}`,
    date: x => new Date(x).toLocaleDateString('en-GB', date),
    year: x => String(new Date(x).getUTCFullYear()),
    bin: (x, wide) => `${plain(x - wide / 2)} to ${plain(x + wide / 2)}`,
    number: plain
  }

  function change(old, fresh) {
    if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName ||
        old.dataset?.chart !== fresh.dataset?.chart) return old.replaceWith(fresh)
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.data !== fresh.data) old.data = fresh.data
      return
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value) old.setAttribute(name, value)
    }
    for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name)
    if (!old.dataset?.chart) changeWithin(old, fresh)
  }

  function changeWithin(old, fresh) {
    const was = [...old.childNodes], now = [...fresh.childNodes]
    now.forEach((node, index) => was[index] ? change(was[index], node) : old.append(node))
    was.slice(now.length).forEach(node => node.remove())
  }

  function pressed(within) {
    for (const key of within.querySelectorAll('[data-series]')) {
      const name = key.closest('figure').querySelector('[data-chart]').dataset.chart
      key.setAttribute('aria-pressed', !stateOf(name).hidden.has(key.dataset.series))
    }
  }

  function tooltip(told, points) {
    const box = document.createElement('div')
    const line = (text, tag) => box.appendChild(document.createElement(tag)).textContent = text
    line(headings[told.heading](points[0].axisValue, told.wide), 'b')
    for (const { seriesIndex, value: [, up, some, all, low, high] } of points) {
      if (up === null || up === undefined || !told.names[seriesIndex]) continue
      const share = `${plain(up)}${told.unit}`
      const chance = high === undefined ? '' : `, 95 % interval ${plain(low)} to ${plain(high)}${told.unit}`
      line(`${told.names[seriesIndex]}: ${all ? `${plain(some)} of ${plain(all)} (${share}${chance})` : share + chance}`, 'div')
    }
    return box
  }

  function unzoomed(event) {  // where text is larger, browsers count the pixels of the screen
    const host = event.currentTarget, box = host.getBoundingClientRect(), zoom = box.width / host.clientWidth
    for (const [name, distance] of [['offsetX', event.clientX - box.left], ['offsetY', event.clientY - box.top]]) {
      Object.defineProperty(event, name, { value: distance / zoom })
    }
  }

  function draw(place, until) {
    const name = place.dataset.chart, state = stateOf(name)
    let known = charts.get(name)
    if (known && known.place !== place) {
      known.chart.dispose()
      known = null
    }
    if (!known) {
      const host = place.appendChild(document.createElement('div'))
      host.style.height = '100%'
      for (const type of ['mousemove', 'mousedown', 'mouseup', 'click', 'wheel']) host.addEventListener(type, unzoomed, true)
      const chart = echarts.init(host, null, { renderer: 'svg' })
      known = { place, host, chart, told: '', until, isNew: true }
      charts.set(name, known)
      observer.observe(host)
      chart.on('datazoom', () => {
        const { start, end } = chart.getOption().dataZoom[0]
        state.zoom = { start, end }
      })
      if (place.dataset.group) {
        chart.group = place.dataset.group
        echarts.connect(chart.group)
      }
    }
    const hidden = [...state.hidden].join('|')
    if (known.told === place.dataset.option && known.hidden === hidden && known.until === until) return
    Object.assign(known, { told: place.dataset.option, hidden, until })
    const told = JSON.parse(place.dataset.option), option = told.option
    if (until !== undefined && option.xAxis.type === 'time') {  // what had not been yet is not shown
      for (const series of option.series) if (series.id !== 'published') series.data = series.data.filter(([at]) => at <= until)
    }
    option.tooltip.formatter = points => points.length ? tooltip(told, points) : ''
    const shown = option.series.map(({ name }) => [name, !state.hidden.has(name)])
    option.legend = { show: false, selected: Object.fromEntries(shown) }
    option.dataZoom?.forEach(zoom => Object.assign(zoom, state.zoom))
    known.chart.setOption(option, known.isNew ? {} : { replaceMerge: ['series'] })  // axes are not made anew
    known.isNew = false
  }

  function fit({ host, chart }) {
    const size = [host.clientWidth, host.clientHeight]
    if (!size[0] || !size[1] || matchMedia('print').matches) return  // paper scales what is there
    chart.resize()
    host.querySelector('svg')?.setAttribute('viewBox', `0 0 ${size[0]} ${size[1]}`)  // scales on paper
  }

  function show(html, until) {
    const fresh = document.createElement('template')
    fresh.innerHTML = html
    pressed(fresh.content)
    changeWithin(root, fresh.content)
    for (const [name, known] of charts) {
      if (known.place.isConnected) continue
      known.chart.dispose()
      charts.delete(name)
    }
    root.querySelectorAll('[data-chart]').forEach(place => draw(place, until))
  }

  root.addEventListener('click', event => {
    const key = event.target.closest('[data-series]')
    if (!key) return
    const place = key.closest('figure').querySelector('[data-chart]'), { hidden } = stateOf(place.dataset.chart)
    hidden.delete(key.dataset.series) || hidden.add(key.dataset.series)
    pressed(root)
    draw(place, charts.get(place.dataset.chart).until)
  })
  return {
    show,
    end() {
      observer.disconnect()
      charts.forEach(({ chart }) => chart.dispose())
    }
  }
}
