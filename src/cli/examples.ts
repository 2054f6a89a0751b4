/** Examples of every command, for its help: a test takes each of them apart as the program does. */

import type { Command } from 'commander'

/** A command line, and what it is for where that is not plain. */
export type Example = string | readonly [line: string, about: string]

/** By the words of the command; the program itself is the empty text. */
export const examples: Readonly<Record<string, readonly Example[]>> = {
  '': [
    ['pi-worker init dose.yaml', 'asks what is connected, and writes a plan'],
    ['pi-worker check dose.yaml', 'what is wrong with a plan; opens nothing'],
    ['pi-worker rehearse dose.yaml', 'simulated hardware, virtual time, a whole record'],
    ['pi-worker run dose.yaml --driver mock', 'simulated hardware, in real time'],
    ['pi-worker run dose.yaml', "this machine's lines; the record is in runs/"],
    ['pi-worker runs', 'what was run, and what came of it'],
    ['pi-worker stop', 'emergency stop of every bench that runs here'],
    ['pi-worker doctor', 'what is wrong with this machine'],
    ['pi-worker pinout', 'the header, with what every line does now'],
    ['pi-worker schema servo', 'what a plan may say of a servo'],
    ['pi-worker get 17', 'one level; set 17=1 and watch 17 are like it'],
  ],
  init: [
    ['pi-worker init', 'asks, and writes plan.yaml'],
    ['pi-worker init greenhouse.yaml', 'another file'],
    ['pi-worker init blink.yaml --yes', 'asks nothing: an LED on GPIO17 that blinks'],
  ],
  run: [
    'pi-worker run dose.yaml',
    ['pi-worker run dose.yaml --param volume=20 --yes', 'a parameter; every question has its answer'],
    ['pi-worker run dose.yaml --driver mock --virtual', 'simulated hardware, at once'],
    'pi-worker run dose.yaml --driver gpiochip --chip /dev/gpiochip4',
    ['pi-worker run dose.yaml --runs /data/runs --sync row', 'every row is on the disk at once'],
    ['pi-worker run dose.yaml --resume last', 'goes on where the last run was interrupted'],
    ['pi-worker run dose.yaml --json > result.json', 'the tasks as one JSON object'],
  ],
  rehearse: [
    'pi-worker rehearse dose.yaml',
    ['pi-worker rehearse dose.yaml --seed 7 --out rehearsal', 'other chances, another folder'],
  ],
  check: ['pi-worker check dose.yaml', 'pi-worker check dose.yaml && pi-worker run dose.yaml'],
  schema: [
    ['pi-worker schema stepper', 'its configuration, its actions, an example'],
    ['pi-worker schema scan', 'what a step may say, and an example'],
    ['pi-worker schema > plan.schema.json', 'all types, for completion in editors'],
  ],
  trace: ['pi-worker trace dose.vcd', 'pi-worker trace dose.vcd --from 1s --to 1.2s --lines pump,level'],
  'install-service': [
    'sudo pi-worker install-service dose.yaml',
    ['pi-worker install-service dose.yaml --print', 'only shows it'],
    ['pi-worker install-service dose.yaml --user', 'a service of your own, without root'],
  ],
  journal: [
    ['pi-worker journal', 'the journals, and how their runs ended'],
    ['pi-worker journal dose', 'what was in flight, and the last actions'],
    ['pi-worker journal dose --json', 'all that is in it'],
    ['pi-worker journal --folder /var/lib/pi-worker', 'those of services'],
  ],
  runs: [
    ['pi-worker runs', 'the runs in runs/, and what came of each'],
    ['pi-worker runs show last', 'what is known of the last one'],
    ['pi-worker runs report last --open', 'its report, in the browser'],
    ['pi-worker runs compare 2026-11-26 2026-11-27', 'two runs side by side'],
    ['pi-worker runs export last --jsonl | jq .', 'its rows, for programs'],
    ['pi-worker runs delete --older-than 30d', 'asks first'],
  ],
  'runs list': [
    'pi-worker runs list',
    ['pi-worker runs list --runs /data/runs --json', 'another folder, for programs'],
  ],
  'runs show': ['pi-worker runs show last', ['pi-worker runs show 2026-11-27 --json', 'what run.json says']],
  'runs report': ['pi-worker runs report last', ['pi-worker runs report last --open', 'shows it in the browser']],
  'runs compare': ['pi-worker runs compare 2026-11-26 last'],
  'runs export': [
    ['pi-worker runs export last > data.csv', 'a table'],
    ['pi-worker runs export last --jsonl --out rows.jsonl', 'one JSON object a line, in a new file'],
  ],
  'runs delete': [
    'pi-worker runs delete 2026-11-26',
    ['pi-worker runs delete --older-than 30d --yes', 'for cron: nobody is asked'],
  ],
  status: [['pi-worker status', 'all benches that run, and their tasks'], 'pi-worker status dose --json'],
  stop: [['pi-worker stop', 'every bench of this user'], "pi-worker stop dose --reason 'the hose is loose'"],
  reset: ["pi-worker reset dose --acknowledge 'Ann: the hose is mended'"],
  pause: [
    ['pi-worker pause dose', 'outputs stay as they are'],
    ['pi-worker pause dose --safe', 'all is made safe'],
  ],
  resume: ['pi-worker resume dose'],
  doctor: ['pi-worker doctor', 'pi-worker doctor --json'],
  pinout: ['pi-worker pinout', ['pi-worker pinout --bench dose.yaml', 'marks the lines of its peripherals']],
  get: ['pi-worker get 17 GPIO4 J8:13', 'pi-worker get GPIO4 --bias pull-up --json'],
  set: [
    'pi-worker set GPIO17=high',
    ['pi-worker set 17=1 27=0 --hold', 'both at once, until Ctrl-C'],
    'pi-worker set GPIO17=on --active-low --for 2s',
  ],
  watch: [
    'pi-worker watch GPIO4',
    'pi-worker watch 4 17 --edges falling --bias pull-up --debounce 5ms',
    ['pi-worker watch GPIO4 --count 10 --json', 'one JSON object a line'],
  ],
  completion: [
    ['source <(pi-worker completion bash)', 'now; in ~/.bashrc for always'],
    ['pi-worker completion zsh > ~/.zfunc/_pi-worker', 'in a folder of $fpath'],
    'pi-worker completion fish > ~/.config/fish/completions/pi-worker.fish',
  ],
}

/** Where what is said of an example begins. */
const ABOUT = 46

/** Puts the examples at the end of the help of every command that there is. */
export function addExamples(program: Command, path: readonly string[] = []): void {
  const own = examples[path.join(' ')] ?? []
  if (own.length > 0) program.addHelpText('after', `\nExamples:\n${own.map(exampleLine).join('\n')}`)
  for (const command of program.commands) addExamples(command, [...path, command.name()])
}

function exampleLine(example: Example): string {
  const [line, about] = typeof example === 'string' ? [example, ''] : example
  return about === '' ? `  ${line}` : `  ${line.padEnd(ABOUT)}  ${about}`
}
