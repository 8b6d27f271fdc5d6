import { packageConfig } from '../../tsup.base';

export default packageConfig({
  entry: { index: 'src/index.ts', 'phantom-worker': 'src/phantom-ct-2/worker-main.ts' },
});
