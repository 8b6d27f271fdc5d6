import type { OrganStrategy } from './strategy';

/**
 * Native ROI tokens (OmniCT Table 11): the organ's tokens as they are, as many as there are. The
 * sequence is laid out for the most there can be, all tokens; absent ones are marked invalid.
 */
export const native: OrganStrategy = {
  tokenCount: ({ grid }) => grid[0] * grid[1] * grid[2],
  plan: ({ selection }) => {
    const length = selection.selected.length;
    const weights = new Float32Array(length * length);
    const valid = new Uint8Array(length);
    let row = 0;
    selection.selected.forEach((isSelected, token) => {
      if (isSelected === 0) return;
      weights[row * length + token] = 1;
      valid[row] = 1;
      row++;
    });
    return { weights, valid, tokenCount: length };
  },
};
