import { selectEngine } from '@omnict/nn';
import type { WorkerProgram } from '@omnict/pipeline';
import { COMPONENTS } from './components';
import { describeMachine } from './run-record/describe-machine';
import type { TrialConfig } from './spec/trial-config';

/** What workers know of OmniCT. Its stages bring all of it with them, so they are loaded when one runs. */
export const WORKER_PROGRAM: WorkerProgram<TrialConfig> = {
  stages: async () => (await import('./stages/index')).STAGES,
  components: COMPONENTS,
  describe: describeMachine,
  engine: { nameIn: ({ engine }) => engine, select: selectEngine },
};
