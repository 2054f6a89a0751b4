/** The systemd unit of a plan. Pure. Every setting is explained in systemd.exec(5), systemd.service(5) or systemd.kill(5). */

/** What the unit says of this plan and this machine. */
export interface ServiceFacts {
  /** Name of the unit, without `.service`. */
  readonly name: string
  /** Name of the plan, for people. */
  readonly title: string
  /** Absolute path of the plan file. */
  readonly file: string
  /** Absolute path of its folder, the one that it may write to. */
  readonly folder: string
  /** The command line up to the plan: node and the script of this package, as absolute paths. */
  readonly command: readonly string[]
  /** What follows the plan: flags of `pi-worker run`. */
  readonly flags: readonly string[]
  /** Who runs it; undefined for a unit of the user's own manager. */
  readonly user: string | undefined
  /** Groups of this machine that own what benches use. */
  readonly groups: readonly string[]
  /** What a run that ended is followed by. */
  readonly restart: 'on-failure' | 'always' | 'no'
  /** The runner is taken for dead after so many seconds without a sign of life. */
  readonly watchdogSec: number
}

/**
 * Text of the unit. The runner alone is signalled at the end and on lack of memory (`KillMode=process`,
 * `OOMPolicy=continue`), because its guardian must outlive it to make the outputs safe. /sys and /dev stay open: lines,
 * PWM channels and buses are files there.
 */
export function serviceUnit(facts: ServiceFacts): string {
  const { title, file, folder, command, flags, user, groups, restart, watchdogSec } = facts
  const owner = user === undefined ? [] : [`User=${escaped(user)}`]
  const supplementary = user === undefined || groups.length === 0 ? [] : [`SupplementaryGroups=${groups.join(' ')}`]
  return `${[
    '# Made by: pi-worker install-service. Run that again after moving the plan, node or pi-worker.',
    '[Unit]',
    `Description=pi-worker: ${escaped(title)}`,
    'After=time-sync.target',
    '# A plan that fails at once again and again is not started for ever.',
    'StartLimitIntervalSec=5min',
    'StartLimitBurst=10',
    '',
    '[Service]',
    'Type=notify',
    '# systemd-notify speaks for the runner.',
    'NotifyAccess=all',
    `ExecStart=${[...command, 'run', file, ...flags].map(quoted).join(' ')}`,
    `WorkingDirectory=${escaped(folder)}`,
    ...owner,
    ...supplementary,
    `WatchdogSec=${watchdogSec}`,
    `Restart=${restart}`,
    'RestartSec=2',
    '# A bad plan (2), no usable line (3), hardware that could not be made safe (4) or an emergency stop (5): somebody',
    '# has to look at it first.',
    'RestartPreventExitStatus=2 3 4 5',
    '# 143: ended by SIGTERM, after safe states.',
    'SuccessExitStatus=143',
    '# The guardian outlives the runner: it makes the outputs safe when the runner is killed.',
    'KillMode=process',
    'OOMPolicy=continue',
    'TimeoutStopSec=30',
    'NoNewPrivileges=yes',
    'RestrictSUIDSGID=yes',
    'LockPersonality=yes',
    'SystemCallArchitectures=native',
    ...(user === undefined ? [] : forSystem(folder, reachesPigpio(facts))),
    '',
    '[Install]',
    `WantedBy=${user === undefined ? 'default.target' : 'multi-user.target'}`,
  ].join('\n')}\n`
}

/** It needs root; without a driver in its flags, a run as root may take it. */
function reachesPigpio({ user, flags }: ServiceFacts): boolean {
  const driver = flags[flags.indexOf('--driver') + 1]
  return flags.includes('--driver') ? driver === 'pigpio' : user === 'root'
}

/** What only the manager of the system can do, and not a user's own. */
function forSystem(folder: string, pigpio: boolean): string[] {
  return [
    '# Its journal.',
    'StateDirectory=pi-worker',
    'ProtectSystem=strict',
    'ProtectHome=read-only',
    '# The sockets of a bench are in /tmp, where pi-worker stop looks for them.',
    ...(pigpio ? ['# The pigpio library makes /run/pigpio.pid.'] : []),
    `ReadWritePaths=/tmp ${pigpio ? '/run ' : ''}${quoted(folder)}`,
    'ProtectKernelModules=yes',
    'ProtectKernelLogs=yes',
    'ProtectControlGroups=yes',
    'ProtectHostname=yes',
    'RestrictNamespaces=yes',
    'RestrictAddressFamilies=AF_UNIX',
    '# Pulses are timed by a thread that runs before others.',
    'LimitRTPRIO=99',
    'LimitMEMLOCK=infinity',
  ]
}

/** An argument of a command line, as systemd reads it: quoted, with specifiers and variables escaped. */
function quoted(text: string): string {
  const safe = escaped(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('$', '$$$$')
  return /^[\w@%+=:,./-]+$/.test(safe) ? safe : `"${safe}"`
}

/** A value in which systemd would look for specifiers; it ends with its line. */
function escaped(text: string): string {
  return text.replaceAll('%', '%%').replace(/[\r\n]+/g, ' ')
}
