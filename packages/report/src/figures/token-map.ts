import { MODALITY_TITLES } from '../figure-text';
import { seriesClass } from '../page/figure-style';
import { markup } from '../page/markup';
import type { PageTokenMap } from '../page/page-input';
import type { Figure } from './figure';

const SIZE = { width: 350, height: 300, margin: 8 };
const KINDS = ['slice', 'volume'] as const;

/** Draws visual tokens after the hybrid projection in the plane (Figure 6 of the paper). */
export function tokenMapFigure(map: PageTokenMap): Figure {
  const { points, trial, images, silhouette, perplexity, divergence } = map;
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  // One scale for both axes: distances are what is to be seen.
  const span = Math.max(Math.max(...xs) - left, Math.max(...ys) - top, Number.MIN_VALUE);
  const room = Math.min(SIZE.width, SIZE.height) - 2 * SIZE.margin;
  const shift = (SIZE.width - room) / 2;
  const dots = points.map(({ x, y, modality }) => {
    const [cx, cy] = [shift + ((x - left) / span) * room, SIZE.margin + ((y - top) / span) * room];
    const series = KINDS.indexOf(modality);
    const kind = `dot ${series === 0 ? '' : 'hollow '}${seriesClass(series)}`;
    return markup`<circle class="${kind}" cx="${cx.toFixed(1)}" cy="${cy.toFixed(1)}" r="2.2" />`;
  });
  const legend = KINDS.map((modality, index) => {
    const count = points.filter((point) => point.modality === modality).length;
    const [x, y] = [12 + index * 165, SIZE.height + 18];
    const kind = `dot ${index === 0 ? '' : 'hollow '}${seriesClass(index)}`;
    return markup`<circle class="${kind}" cx="${x}" cy="${y - 4}" r="4" /><text class="label" x="${x + 10}" y="${y}">${`${MODALITY_TITLES[modality]} (${count} tokens)`}</text>`;
  });
  return {
    name: 'tokens-t-sne',
    title: 'Visual tokens after the hybrid projection, t-SNE',
    caption: `Visual tokens of ${trial} after the hybrid projection: ${points.length} drawn at random from ${images} test images, in the plane by exact t-SNE (perplexity ${perplexity}, divergence ${divergence.toFixed(2)}). Silhouette of slices against volumes among the tokens themselves: ${silhouette.toFixed(2)} (1 apart, 0 mixed). Distances between far groups mean nothing.`,
    width: SIZE.width,
    height: SIZE.height + 48,
    body: markup`${dots}${legend}<text x="12" y="${SIZE.height + 38}">${`Silhouette ${silhouette.toFixed(2)} among the tokens (1 apart, 0 mixed)`}</text>`,
  };
}
