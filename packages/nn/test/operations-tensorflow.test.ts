import { it } from 'vitest';
import { selectEngine } from '../src/index';
import { describeOperations } from './operations-cases';

const works = await selectEngine('tensorflow').then(
  () => true,
  () => false,
);

// CI provisions TensorFlow; a user's machine may lack a compiler.
if (works || process.env['CI'] === 'true') describeOperations('tensorflow');
else it.skip("TensorFlow is not provisioned here; 'npm run setup' says why");
