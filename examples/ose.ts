/** Which tokens hold an organ, and how the adaptive strategy makes organ tokens of them. */
import { Random } from '@omnict/core';
import { organStrategy, selectOrganTokens } from '@omnict/ose';

const mask = { data: new Uint8Array(30 * 27 * 27).fill(5, 0, 4000), shape: [30, 27, 27] as const };
const selection = selectOrganTokens(mask, [10, 9, 9], { labels: [5], slicesPerUnit: 3 });
const counts = { tokens2d: 81, tokens3d: 90 };
const input = { selection, modality: 'volume', counts, random: new Random(0) } as const;
console.log(selection.count, organStrategy('adaptive').plan(input).tokenCount);

// Prints:
// 162 90
