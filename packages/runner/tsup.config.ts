import { cp } from 'node:fs/promises';
import { packageConfig } from '../../tsup.base';

export default packageConfig({
  entry: ['src/index.ts', 'src/worker-main.ts'],
  // Shipped specs travel with the package: `omnict recipe cp`.
  onSuccess: () => cp('../../experiments', 'dist/recipes', { recursive: true }),
});
