import { inlineFigure } from '../figures/figure';
import { type FigureSource, runDrawings } from '../figures/run-figures';
import { type Markup, markup } from './markup';

/** Draws the paper's figures of a run. @returns null where it has none */
export function figuresSection(run: FigureSource & { id: string }): Markup | null {
  const figures = runDrawings(run);
  if (figures.length === 0) return null;
  return markup`<p class="note">In percent, mean over seeds; n questions below each column. Where no interval is drawn, see the differences to the baseline for what is shown to differ. As files for a paper: <code>omnict report ${run.id} --format svg</code>.</p>
    <div class="drawings">${figures.map(inlineFigure)}</div>`;
}
