import { blend, offset, region, shell, subtract, union } from '../geometry/combine';
import { column, ellipsoid, type Point, type Shape, tube } from '../geometry/shape';
import type { BodyBuilder } from './part';
import { TISSUES } from './tissues';

/** Half widths `[x, y]` of the muscular trunk and of the cavity in it, by height; mm. */
const TRUNK = [
  { z: -460, muscle: [160, 105], cavity: [100, 80] },
  { z: -240, muscle: [150, 98], cavity: [116, 76] },
  { z: -170, muscle: [142, 95], cavity: [122, 80] },
  { z: -60, muscle: [148, 102], cavity: [132, 90] },
  { z: 40, muscle: [151, 106], cavity: [135, 93] },
  { z: 130, muscle: [158, 103], cavity: [116, 80] },
  { z: 190, muscle: [170, 90], cavity: [82, 60] },
  { z: 222, muscle: [150, 78], cavity: [44, 38] },
  { z: 320, muscle: [70, 62], cavity: [30, 30] },
] as const;

/** y of the trunk's centre; the spine lies behind it. */
const CENTER_Y = 4;

/** Fat is thickest at the belly: share of it that lies in front beyond what lies behind. */
const BELLY = 0.6;

/** y of the vertebral bodies' centre at a height, mm of an average adult: kyphosis, then lordosis. */
export function spineY(z: number): number {
  return z > -60
    ? 62 + 8 * Math.sin(((z + 60) / 300) * Math.PI)
    : 62 - 9 * Math.sin(((-60 - z) / 190) * Math.PI);
}

/** Skin, fat, muscle, the fat of the body cavity, and the table below. */
export function drawTrunk(body: BodyBuilder): void {
  const { stoutness, subcutaneousFat } = body.plan;
  const layer = (key: 'muscle' | 'cavity', fat: number): Shape =>
    column(
      TRUNK.map(({ z, [key]: [x, y] }) => ({
        z: body.mm(z),
        center: [0, body.mm(CENTER_Y) - (fat * BELLY) / 2],
        radii: [body.mm(x * stoutness) + fat, body.mm(y * stoutness) + fat * (1 + BELLY / 2)],
      })),
      'squarish',
    );
  const skin = body.name('skin', layer('muscle', subcutaneousFat));
  const muscle = layer('muscle', 0);
  body.draw(skin, TISSUES.skin, { label: '' });
  body.draw(offset(skin, -2), TISSUES.fat);
  body.draw(muscle, TISSUES.muscle);
  body.draw(shell(offset(muscle, -7), 1.5), TISSUES.fat);
  body.draw(body.name('cavity', layer('cavity', 0)), TISSUES.fat);
  body.name('spine block', spineBlock(body));
  drawTable(body);
}

/** What organs leave free for spine and back muscles. */
function spineBlock(body: BodyBuilder): Shape {
  const heights = [-460, -240, -150, -60, 40, 140, 320];
  const along = (radii: readonly [number, number], dy: number): Shape =>
    column(
      heights.map((z) => ({
        z: body.mm(z),
        center: [0, body.mm(spineY(z) + dy)],
        radii: [body.mm(radii[0]), body.mm(radii[1])],
      })),
    );
  return union(along([23, 20], 0), along([54, 19], 30));
}

/** The long muscles beside the spine; drawn after the organs in front of them. */
export function drawBackMuscles(body: BodyBuilder): void {
  for (const side of [-1, 1] as const) {
    const name = side === 1 ? 'left' : 'right';
    const along = (sections: readonly (readonly [z: number, x: number, dy: number, r: number])[]) =>
      column(
        sections.map(([z, x, dy, r]) => ({
          z: body.mm(z),
          center: [side * body.mm(x), body.mm(spineY(z) + dy)],
          radii: [body.mm(r * 1.25), body.mm(r)],
        })),
      );
    const back = along([
      [-460, 27, 30, 18],
      [-180, 28, 31, 18],
      [-60, 28, 30, 16],
      [100, 26, 27, 12],
      [300, 22, 24, 12],
    ]);
    body.draw(offset(back, 1.5), TISSUES.fat, { label: '' });
    body.draw(back, TISSUES.muscle, { label: `autochthon_${name}` });
    const psoas = along([
      [-460, 66, -8, 18],
      [-250, 52, -6, 20],
      [-180, 42, -2, 16],
      [-80, 31, 4, 7],
    ]);
    body.draw(psoas, TISSUES.muscle, { label: `iliopsoas_${name}` });
  }
}

/** A curved tabletop under whichever side the patient lies on. */
function drawTable(body: BodyBuilder): void {
  const isProne = body.plan.variants.position === 'prone';
  const { low, high } = body.structure('skin').bounds;
  const lies = isProne ? low[1] : high[1];
  const direction = isProne ? -1 : 1;
  const halfWidth = 210;
  const trough = region((x, y) => {
    const level = lies + direction * (6 - (x * x) / 1600);
    return Math.abs(y - level) - 3;
  });
  const slab: Shape = {
    bounds: {
      low: [-halfWidth, lies - 40, -600],
      high: [halfWidth, lies + 40, 600],
    },
    distance: (x, y, z) => Math.max(trough.distance(x, y, z), Math.abs(x) - halfWidth) / 1.1,
  };
  body.draw(subtract(slab, offset(body.structure('skin'), 1)), TISSUES.table, { label: '' });
}

/** A tube as one solid with rounded seams, for organs that are hollow. */
export function bent(path: Parameters<typeof tube>[0], roundness = 8): Shape {
  return blend(roundness, ...tube(path));
}

/** An ellipsoid whose place and half axes vary a little. */
export function ball(body: BodyBuilder, at: Point, [rx, ry, rz]: Point): Shape {
  return ellipsoid({
    center: body.place(at),
    radii: [body.size(rx), body.size(ry), body.size(rz)],
  });
}
