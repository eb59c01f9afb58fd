/* Plays what was recorded: a moment after the other, as the page showed it. */
(async () => {
  const of = id => document.getElementById(id)
  const bytes = Uint8Array.from(atob(of('packed').textContent.trim()), letter => letter.charCodeAt(0))
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  const saved = JSON.parse(await new Response(unpacked).text())
  const charts = nssiCharts(of('drawing')), slider = of('moment'), play = of('play'), status = of('status')
  const tabs = [...document.querySelectorAll('[role=tab]')], last = saved.moments.length - 1
  const MILLISECONDS = 250
  let view = tabs[0].dataset.view, timer = null

  function show() {
    const moment = saved.moments[slider.value]
    of('date').textContent = moment.date
    slider.setAttribute('aria-valuetext', moment.date)
    status.replaceChildren(...moment.lines.map(line => {
      const p = document.createElement('p')
      p.textContent = line
      return p
    }))
    status.style.minHeight = `${status.offsetHeight}px`  // a shorter date draws nothing upwards
    charts.show(moment.views[view] ?? saved.once[view], moment.at)
  }

  function open(tab) {
    view = tab.dataset.view
    for (const each of tabs) {
      each.setAttribute('aria-selected', each === tab)
      each.tabIndex = each === tab ? 0 : -1
    }
    of('view').setAttribute('aria-labelledby', tab.id)
    show()
  }

  function stop() {
    clearInterval(timer)
    timer = null
    play.textContent = 'Play'
  }

  play.addEventListener('click', () => {
    if (timer) return stop()
    if (Number(slider.value) === last) slider.value = 0
    play.textContent = 'Pause'
    show()
    timer = setInterval(() => {
      slider.value = Number(slider.value) + 1
      show()
      if (Number(slider.value) === last) stop()
    }, MILLISECONDS)
  })
  slider.max = last
  slider.value = last
  slider.addEventListener('input', () => { stop(); show() })
  tabs.forEach((tab, place) => {
    tab.addEventListener('click', () => open(tab))
    tab.addEventListener('keydown', event => {
      const to = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: -1 }[event.key]
      if (to === undefined) return
      event.preventDefault()
      const next = tabs.at(to % tabs.length)
      open(next)
      next.focus()
    })
  })
  addEventListener('resize', () => { status.style.minHeight = '' })
  open(tabs[0])
})()
