import { packageConfig } from '../../tsup.base';

export default packageConfig({
  entry: { index: 'src/index.ts', 'phantom-worker': 'src/phantom2/worker-main.ts' },
});
