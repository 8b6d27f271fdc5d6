import type { TopLevelSpec } from 'vega-lite';
import { CLINICAL_CATEGORIES, ORGAN_CLASSES, TASK_TYPES } from '@omnict/core';
import type { Counts, RecordStatistics } from './record-statistics';

const [BAR, SLICE_BAR, VOLUME_BAR] = ['#4c78a8', '#72b7b2', '#e45756'];

/**
 * Figures of a data set as SVG, drawn by Vega without a browser: `overview` as Figure 1(a), task
 * types, categories, organs and modality; `distribution` as Figure 3, categories and organs of
 * slices and volumes.
 */
export async function statisticsPlots(
  statistics: RecordStatistics,
): Promise<{ overview: string; distribution: string }> {
  const { taskTypes, categories, organs, modality, byModality } = statistics;
  const overview = [
    bars('Task types', TASK_TYPES, { counts: taskTypes }),
    bars('Clinical categories', CLINICAL_CATEGORIES, { counts: categories }),
    bars('Organs', ORGAN_CLASSES, { counts: organs }),
    bars('Modality', ['slice', 'volume'], { counts: modality }),
  ];
  const { slice, volume } = byModality;
  const distribution = [
    bars('Slices: categories', CLINICAL_CATEGORIES, { counts: slice.categories, color: SLICE_BAR }),
    bars('Volumes: categories', CLINICAL_CATEGORIES, {
      counts: volume.categories,
      color: VOLUME_BAR,
    }),
    bars('Slices: organs', ORGAN_CLASSES, { counts: slice.organs, color: SLICE_BAR }),
    bars('Volumes: organs', ORGAN_CLASSES, { counts: volume.organs, color: VOLUME_BAR }),
  ];
  return { overview: await draw(overview), distribution: await draw(distribution) };
}

function bars(
  title: string,
  names: readonly string[],
  { counts, color = BAR }: { counts: Counts; color?: string | undefined },
) {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const values = names.map((name) => {
    const count = counts[name] ?? 0;
    const share = total === 0 ? 0 : (100 * count) / total;
    return { name, count, label: `${count} (${share.toFixed(1)} %)` };
  });
  const axis = { y: { field: 'name', type: 'nominal', sort: [...names], title: null } } as const;
  const x = { field: 'count', type: 'quantitative', title: 'records' } as const;
  return {
    title,
    width: 260,
    height: 18 * names.length,
    data: { values },
    encoding: { ...axis, x },
    layer: [
      { mark: { type: 'bar', color } },
      {
        mark: { type: 'text', align: 'left', dx: 4 },
        encoding: { text: { field: 'label', type: 'nominal' } },
      },
    ],
  } as const;
}

async function draw(panels: readonly ReturnType<typeof bars>[]): Promise<string> {
  const { compile } = await import('vega-lite');
  const { parse, View } = await import('vega');
  const spec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    padding: { left: 8, right: 60, top: 8, bottom: 8 },
    concat: [...panels],
    columns: 2,
    spacing: 60,
  } as unknown as TopLevelSpec;
  const view = new View(parse(compile(spec).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
