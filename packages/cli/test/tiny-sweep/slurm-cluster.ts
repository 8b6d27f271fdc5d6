import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Why there can be no cluster here; undefined when there can. */
export function slurmIsMissing(): string | undefined {
  const programs = ['slurmctld', 'slurmd', 'munged', 'sbatch'];
  const missing = programs.filter((name) => spawnSync('which', [name]).status !== 0);
  if (missing.length > 0) return `no ${missing.join(', ')} (apt-get install slurm-wlm munge)`;
  return process.getuid?.() === 0 ? undefined : 'starting a cluster needs root';
}

/** A Slurm cluster of one node, without accounting, for one test file. */
export class SlurmCluster {
  readonly folder = mkdtempSync(join(tmpdir(), 'omnict-slurm-'));
  private readonly configuration = join(this.folder, 'slurm.conf');

  /** Environment in which Slurm's commands find the cluster. */
  get environment(): Record<string, string> {
    return { SLURM_CONF: this.configuration };
  }

  /** Starts munge, controller and node, and waits until the node takes jobs. */
  async start(): Promise<void> {
    for (const name of ['state', 'spool', 'run', 'log']) mkdirSync(join(this.folder, name));
    this.startMunge();
    writeFileSync(this.configuration, this.text());
    writeFileSync(
      join(this.folder, 'gres.conf'),
      'Name=gpu File=/dev/null\nName=gpu File=/dev/zero\n',
    );
    for (const daemon of ['slurmctld', 'slurmd']) {
      execFileSync(daemon, ['-c', '-f', this.configuration], { env: this.env(), stdio: 'ignore' });
    }
    for (let tries = 0; tries < 200; tries++) {
      if (this.ask('sinfo', '--noheader', '--format=%T').startsWith('idle')) return;
      await sleep(100);
    }
    throw new Error(`the node is not idle: ${this.ask('sinfo')}\n${this.logs()}`);
  }

  /** Runs a command of Slurm. @returns what it printed */
  ask(command: string, ...args: string[]): string {
    const { stdout } = spawnSync(command, args, { encoding: 'utf8', env: this.env() });
    return (stdout ?? '').trim();
  }

  /** Runs a command of Slurm. @returns true when the controller did it; under load it may not answer */
  did(command: string, ...args: string[]): boolean {
    return spawnSync(command, args, { env: this.env() }).status === 0;
  }

  /** Ends the daemons by their process ids. */
  async stop(): Promise<void> {
    this.ask('scancel', '--user=root');
    await sleep(500);
    for (const name of ['slurmd', 'slurmctld']) {
      const file = join(this.folder, 'run', `${name}.pid`);
      if (!existsSync(file)) continue;
      const pid = Number(readFileSync(file, 'utf8'));
      process.kill(pid, 'SIGTERM');
      for (let tries = 0; tries < 50 && isAlive(pid); tries++) await sleep(100);
    }
    if (this.ownMunge !== undefined) process.kill(this.ownMunge, 'SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private ownMunge: number | undefined;

  private startMunge(): void {
    if (spawnSync('munge', ['-n'], { stdio: 'ignore' }).status === 0) return; // one runs already
    execFileSync('install', ['-d', '-o', 'munge', '-g', 'munge', '-m', '0755', '/run/munge']);
    execFileSync('runuser', ['-u', 'munge', '--', '/usr/sbin/munged', '--force']);
    this.ownMunge = Number(readFileSync('/run/munge/munged.pid', 'utf8'));
  }

  private env(): NodeJS.ProcessEnv {
    return { ...process.env, ...this.environment };
  }

  private logs(): string {
    return ['slurmctld', 'slurmd']
      .map((name) => join(this.folder, 'log', `${name}.log`))
      .filter(existsSync)
      .map((file) => readFileSync(file, 'utf8').slice(-2000))
      .join('\n');
  }

  private text(): string {
    const [host = 'localhost'] = hostname().split('.');
    const inFolder = (name: string): string => join(this.folder, name);
    const cores = 8; // more than there are: jobs of these tests mostly sleep
    // Nobody else's cluster may listen on the same ports.
    const port = 16_000 + (process.pid % 2000) * 2;
    // KillWait: a worker on a busy machine may need more than Slurm's five seconds for its checkpoint.
    return `ClusterName=omnict
SlurmctldHost=${host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
StateSaveLocation=${inFolder('state')}
SlurmdSpoolDir=${inFolder('spool')}
SlurmctldPidFile=${inFolder('run/slurmctld.pid')}
SlurmdPidFile=${inFolder('run/slurmd.pid')}
SlurmctldLogFile=${inFolder('log/slurmctld.log')}
SlurmdLogFile=${inFolder('log/slurmd.log')}
SlurmctldPort=${port}
SlurmdPort=${port + 1}
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=bf_interval=1,sched_min_interval=500000
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
MinJobAge=600
KillWait=300
JobRequeue=1
GresTypes=gpu
NodeName=${host} NodeAddr=127.0.0.1 CPUs=${cores} Boards=1 SocketsPerBoard=1 CoresPerSocket=${cores} ThreadsPerCore=1 RealMemory=4000 Gres=gpu:2 State=UNKNOWN
PartitionName=main Nodes=${host} Default=YES MaxTime=INFINITE OverTimeLimit=0 State=UP
`;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
