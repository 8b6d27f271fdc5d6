import { type ChartLine, lineChart } from './line-chart';
import { type Markup, markup } from './markup';
import type { PageCurve } from './page-input';

/** Lines of one number of one stage, a task each. */
interface StageChart {
  stage: string;
  title: string;
  lines: ChartLine[];
}

/** Puts the courses of a number in a stage together; those of a single value are no courses. */
export function stageCharts(curves: readonly PageCurve[]): StageChart[] {
  const charts = new Map<string, StageChart>();
  for (const { stage, metric, trials, points } of curves) {
    if (points.length < 2) continue;
    const title = `${stage}: ${metricName(metric)}`;
    const chart = charts.get(title) ?? { stage, title, lines: [] };
    chart.lines.push({ name: lineName(trials), points });
    charts.set(title, chart);
  }
  return [...charts.values()];
}

/** Draws what each stage recorded while it ran: a figure a number, a line a task. */
export function curvesSection(curves: readonly PageCurve[]): Markup {
  const charts = stageCharts(curves);
  if (charts.length === 0) return markup`<p>No stage recorded a course of more than one step.</p>`;
  const [first] = charts;
  const stages = [...new Set(charts.map(({ stage }) => stage))];
  return markup`<p class="note">Long courses are thinned; the least and the greatest value of each stretch stay. Beside each name stands the last value.</p>
    ${stages.map((stage) => {
      const own = charts.filter((chart) => chart.stage === stage);
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
