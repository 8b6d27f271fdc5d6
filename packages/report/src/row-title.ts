import type { TableRowInput } from './table-input';

/** How the paper names what a sweep varies; other axes are named by the end of their path. */
const AXIS_TITLES: Readonly<Record<string, string>> = {
  'model.sce': 'SCE',
  'model.tpe': 'TPE',
  'model.tpe.enabled': 'TPE',
  'model.volumeEncoder': 'volume encoder',
  'model.ose.strategy': 'OSE',
};

/** What an axis is set to in a row, in a few letters. */
export interface AxisText {
  axis: string;
  value: string;
}

/** Writes an axis and its value: `SCE`, `off`. */
export function axisText(path: string, value: unknown): AxisText {
  return { axis: AXIS_TITLES[path] ?? lastPart(path, '.'), value: valueText(value) };
}

/** Axes that tell rows apart; none for a row that has a name of its own, as `no-image`. */
export function axisTexts({ name, axes }: Pick<TableRowInput, 'name' | 'axes'>): AxisText[] {
  const entries = Object.entries(axes);
  const isMadeOfAxes = entries.every(([path]) => name.includes(`${lastPart(path, '.')}=`));
  return isMadeOfAxes ? entries.map(([path, value]) => axisText(path, value)) : [];
}

/** Names a row in a few words, made from its axes where it has no name of its own: `SCE off, OSE adaptive`. */
export function rowTitle(row: Pick<TableRowInput, 'name' | 'axes'>): string {
  const axes = axisTexts(row);
  return axes.length === 0 ? row.name : joinAxes(axes);
}

/** Writes axes in a line: `SCE off, OSE none`. */
export function joinAxes(axes: readonly AxisText[]): string {
  return axes.map(({ axis, value }) => `${axis} ${value}`).join(', ');
}

/** Names a trial as rows are named: `model.sce=true ose.strategy=none seed=1` is `SCE on, OSE none, seed 1`. */
export function trialTitle(name: string): string {
  return name
    .split(' ')
    .map((part) => {
      const [, path, value] = /^([^=]+)=(.*)$/.exec(part) ?? [];
      if (path === undefined) return part;
      const full = Object.keys(AXIS_TITLES).find((known) => known.endsWith(`.${path}`)) ?? path;
      return joinAxes([
        axisText(full, value === 'true' || value === 'false' ? value === 'true' : value),
      ]);
    })
    .join(', ');
}

function valueText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'string' ? lastPart(value, '/') : JSON.stringify(value);
}

function lastPart(text: string, separator: string): string {
  return text.split(separator).at(-1) as string;
}
