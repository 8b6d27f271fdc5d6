import { packageConfig } from '../../tsup.base';

export default packageConfig({
  entry: { index: 'src/index.ts', 'prepare-worker': 'src/batch/prepare-worker.ts' },
});
