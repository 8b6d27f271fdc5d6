import { type ChartLine, lineChart } from './line-chart';
import { type Markup, markup } from './markup';
import type { PageCurve } from './page-input';

/** Draws what each stage recorded while it ran: a figure a number, a line a task. */
export function curvesSection(curves: readonly PageCurve[]): Markup {
  const charts = new Map<string, { stage: string; title: string; lines: ChartLine[] }>();
  for (const { stage, metric, trials, points } of curves) {
    if (points.length < 2) continue; // a single value is no course
    const title = `${stage}: ${metricName(metric)}`;
    const chart = charts.get(title) ?? { stage, title, lines: [] };
    chart.lines.push({ name: lineName(trials), points });
    charts.set(title, chart);
  }
  if (charts.size === 0) return markup`<p>No stage recorded a course of more than one step.</p>`;
  const [first] = charts.values();
  const stages = [...new Set([...charts.values()].map(({ stage }) => stage))];
  return markup`<p class="note">Long courses are thinned; the least and the greatest value of each stretch stay. Beside each name stands the last value.</p>
    ${stages.map((stage) => {
      const own = [...charts.values()].filter((chart) => chart.stage === stage);
      return markup`<details ${stage === first?.stage || isTraining(stage) ? markup`open` : null}><summary>${stage}</summary><div class="charts">${own.map(({ title, lines }) => lineChart(title, lines))}</div></details>`;
    })}`;
}

/** Writes the name of a number as text: `memory (MiB)`. */
function metricName(metric: string): string {
  return metric.replaceAll('_', ' ').replace(/ mib$/, ' (MiB)');
}

function isTraining(stage: string): boolean {
  return stage === 'pretrain' || stage === 'finetune';
}

function lineName(trials: readonly string[]): string {
  const [first = 'all', ...others] = trials;
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
