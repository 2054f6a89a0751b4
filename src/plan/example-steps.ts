/** An example of each kind of step, as a plan with a pump, an arm and a sensor has it. */

/** By the word of the kind; lines without the indentation of the plan. */
export const EXAMPLE_STEPS: Readonly<Record<string, readonly string[]>> = {
  wait: ['- wait: 2s'],
  repeat: ['- repeat: 3', '  every: 10s', '  do: [ pump.pulse: { width: 200ms } ]'],
  every: ['- every: 10s', '  for: 1h', '  do: [ record: [air.read] ]'],
  cron: ['- cron: "*/10 8-17 * * 1-5"', '  timezone: Europe/Berlin', '  times: 60', '  do: [ record: [air.read] ]'],
  scan: [
    '- scan: { angle: { from: 0, to: 180, step: 10, unit: ° } }',
    '  do: [ arm.move: { angle: =angle }, record: [air.read] ]',
  ],
  until: ['- until: =air.read.temperature > 30', '  within: 5m', '  every: 2s', '  do: [ air.read ]'],
  while: ['- while: =round <= 3', '  rounds: 10', '  do: [ pump.pulse: { width: 200ms } ]'],
  if: ['- if: =elapsed > 60', '  then: [ pump.on ]', '  else: [ pump.off ]'],
  parallel: ['- parallel: [ arm.move: { angle: 90 }, pump.pulse: { width: 1s } ]'],
  record: ['- record: [ air.read, =elapsed / 60 ]', '  onError: continue'],
  set: ['- set: { dose: =dose * 1.1 }'],
  try: ['- try: [ pump.on, wait: 5s ]', '  finally: [ pump.off ]'],
  prompt: ['- prompt: { ask: "How much?", param: dose, default: 5 }'],
  note: ['- note: "begins with {dose} ml"'],
  include: ['- include: wash.yaml', '  with: { times: 3 }'],
}
