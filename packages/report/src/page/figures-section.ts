import { inlineFigure } from '../figures/figure';
import { type FigureSource, runDrawings } from '../figures/run-figures';
import { type Markup, markup } from './markup';

/** Draws the paper's figures of a run. @returns null where it has none */
export function figuresSection(run: FigureSource): Markup | null {
  const figures = runDrawings(run);
  if (figures.length === 0) return null;
  return markup`<div class="drawings">${figures.map((figure) => inlineFigure(figure))}</div>`;
}
