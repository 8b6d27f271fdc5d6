/**
 * @file Writes a trained OmniCT model with weights in float16, as the preset `omnict-tiny` is shipped.
 * Usage: node tools/presets/halve-model.mjs MODEL_FOLDER OUT_FOLDER
 */
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { saveLanguageModel } from '@omnict/llm';
import { loadOmniCT } from '@omnict/model';
import { selectEngine, writeSafetensors } from '@omnict/nn';

const [from, to] = process.argv.slice(2);
if (from === undefined || to === undefined || !existsSync(join(from, 'omnict.json'))) {
  throw new Error('expected the folder of a trained model (with omnict.json) and one to write to');
}
await selectEngine();
const omnict = await loadOmniCT(from);
mkdirSync(join(to, 'projection-weights'), { recursive: true });
cpSync(join(from, 'omnict.json'), join(to, 'omnict.json'));
await saveLanguageModel(join(to, 'llm'), omnict.language, { floats: 'F16' });
await writeSafetensors(
  join(to, 'projection-weights', 'model.safetensors'),
  omnict.model.projector.namedParameters(),
  { floats: 'F16' },
);
process.exit(0);
