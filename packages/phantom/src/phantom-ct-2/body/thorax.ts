import { blend, intersect, offset, region, shell, subtract, union } from '../geometry/combine';
import { column, type PathPoint, type Shape, tube } from '../geometry/shape';
import type { BodyBuilder } from './part';
import { huIn, TISSUES } from './tissues';
import { drawTree } from './trees';
import { ball } from './trunk';

/** Top of the diaphragm's right and left dome, mm. */
const DOME = { right: 18, left: 8 } as const;

/** How much higher the diaphragm stands in shallow inspiration, mm. */
const SHALLOW_MM = 20;

/** Height of the diaphragm above a place, mm of this body. */
function diaphragm(body: BodyBuilder): (x: number, y: number) => number {
  const { scale, variants } = body.plan;
  const raised = variants.lungs === 'shallow inspiration' ? SHALLOW_MM : 0;
  return (x, y) => {
    const side = x < 0 ? -1 : 1;
    const top = (side === -1 ? DOME.right : DOME.left) + raised;
    const across = (side * x) / scale - 68;
    const back = y / scale + 5;
    const sideDrop = across > 0 ? 40 * (across / 65) ** 2 : 12 * (across / 68) ** 2;
    const backDrop = back > 0 ? 85 * (back / 92) ** 2 : 40 * (back / 90) ** 2;
    return scale * (top - sideDrop - backDrop);
  };
}

/** What lies above the diaphragm; below it by `gap` mm when `below`. */
export function sideOfDiaphragm(body: BodyBuilder, below: boolean, gap = 0): Shape {
  const height = diaphragm(body);
  return region((x, y, z) => {
    const level = height(x, y);
    const slope = Math.hypot(1, height(x + 1, y) - level, height(x, y + 1) - level);
    return below ? (z - level + gap) / slope : (level - z + gap) / slope;
  });
}

/** Shapes of the heart and its chambers, before anything is drawn: lungs make room for them. */
export function placeHeart(body: BodyBuilder): void {
  const grow = body.changes.heart;
  const part = (
    at: readonly [number, number, number],
    r: readonly [number, number, number],
  ): Shape => {
    // An enlarged heart grows to the left and downwards.
    const [x, y, z] = at;
    const moved = [x + (grow - 1) * 34, y - (grow - 1) * 4, z - (grow - 1) * 6] as const;
    return ball(body, moved, [r[0] * grow, r[1] * grow, r[2] * grow]);
  };
  const left = body.name('left ventricle', part([34, -26, 42], [30, 28, 33]));
  const right = body.name('right ventricle', part([2, -48, 44], [32, 22, 30]));
  const rightAtrium = body.name('right atrium', part([-24, -18, 56], [22, 24, 28]));
  const leftAtrium = body.name('left atrium', part([6, 6, 72], [30, 18, 20]));
  body.name('heart', blend(14, left, right, rightAtrium, leftAtrium));
}

/** Lungs with lobes, fissures, vessels and bronchi. */
export function drawLungs(body: BodyBuilder): void {
  const { variants, phase } = body.plan;
  const shallow = variants.lungs === 'shallow inspiration';
  const lungHu = TISSUES.lung + (shallow ? 120 : 0) + body.changes.lungDensity;
  const mediastinum = body.name(
    'mediastinum',
    column(
      [
        [-80, 14, 40, 26, 60],
        [20, 6, 20, 22, 72],
        [60, 6, 18, 20, 74],
        [110, 0, 8, 32, 66],
        [160, 0, 10, 34, 52],
        [215, 0, 14, 30, 42],
        [300, 0, 12, 44, 40],
      ].map(([z = 0, x = 0, y = 0, rx = 1, ry = 1]) => ({
        z: body.mm(z),
        center: [body.mm(x), body.mm(y)],
        radii: [body.mm(rx), body.mm(ry)],
      })),
      'squarish',
    ),
  );
  body.name('under diaphragm', sideOfDiaphragm(body, true));
  const pleura = offset(body.structure('cavity'), -1.5);
  const apex = region((_x, _y, z) => z - body.mm(206));
  for (const side of [-1, 1] as const) {
    const name = side === 1 ? 'left' : 'right';
    const half = region((x) => (side === 1 ? -x : x));
    const cage = intersect(half, apex, sideOfDiaphragm(body, false, 1.5), pleura);
    const lung = subtract(
      cage,
      mediastinum,
      offset(body.structure('heart'), 4),
      offset(body.structure('spine block'), 2),
    );
    body.name(`lung ${name}`, lung);
    body.draw(lung, lungHu, { label: `lung_lower_lobe_${name}` });
    drawLobes(body, lung, name);
    drawTree(body, { lung, side, hu: huIn(TISSUES.venousBlood, phase) });
  }
}

/** Oblique fissures on both sides, a horizontal one on the right. */
function drawLobes(body: BodyBuilder, lung: Shape, name: 'left' | 'right'): void {
  // Through the lung from high behind to low in front: lower lobes lie behind and below.
  const [ny, nz] = [-0.64, 0.77];
  const oblique = region((_x, y, z) => -(ny * y + nz * z - body.mm(34)));
  const upper = intersect(oblique, lung);
  const lower = subtract(lung, oblique);
  body.name(`lung_lower_lobe_${name}`, lower);
  const fissure = intersect(shell(oblique, 0.8), lung);
  body.draw(fissure, -640, { fineness: 1 });
  if (name === 'left') {
    body.name('lung_upper_lobe_left', upper);
    body.draw(upper, undefined, { label: 'lung_upper_lobe_left' });
    return;
  }
  const horizontal = region((_x, _y, z) => z - body.mm(88));
  const middle = intersect(horizontal, upper);
  const top = subtract(upper, horizontal);
  body.name('lung_upper_lobe_right', top);
  body.name('lung_middle_lobe_right', middle);
  body.draw(intersect(shell(horizontal, 0.8), upper), -640, { fineness: 1 });
  body.draw(top, undefined, { label: 'lung_upper_lobe_right' });
  body.draw(middle, undefined, { label: 'lung_middle_lobe_right' });
}

/** Heart with chambers, its fat and coronary arteries. */
export function drawHeart(body: BodyBuilder): void {
  const heart = body.structure('heart');
  body.draw(offset(heart, 3.5), TISSUES.fat, { label: '' });
  body.draw(heart, TISSUES.heartMuscle, { label: 'heart' });
  const wall = {
    'left ventricle': 9,
    'right ventricle': 4,
    'right atrium': 2.5,
    'left atrium': 2.5,
  };
  for (const [chamber, thickness] of Object.entries(wall)) {
    const isLeft = chamber.startsWith('left');
    const cavity = offset(body.structure(chamber), -body.mm(thickness));
    const septum = chamber === 'right ventricle' ? [body.structure('left ventricle')] : [];
    body.draw(subtract(cavity, ...septum), isLeft ? TISSUES.arterialBlood : TISSUES.venousBlood);
  }
  const appendage = tube(path(body, [34, -2, 84, 7], [42, -18, 90, 6], [40, -30, 88, 4]));
  body.draw(appendage, TISSUES.arterialBlood, { label: 'atrial_appendage_left' });
  for (const [name, coronary] of Object.entries(coronaries(body))) {
    body.name(name, union(...coronary));
    body.draw(coronary, TISSUES.arterialBlood, { fineness: 1 });
  }
}

/** Coronary arteries run on the heart's surface: points near it are moved onto it. */
function coronaries(body: BodyBuilder): Record<string, Shape[]> {
  const heart = body.structure('heart');
  const onto = (points: readonly (readonly [number, number, number])[]): PathPoint[] =>
    points.map((point) => {
      const [x, y, z] = body.at(point);
      const [cx, cy, cz] = body.at([14, -26, 52]);
      let [near, far] = [0, 3];
      for (let step = 0; step < 16; step++) {
        const t = (near + far) / 2;
        const inside =
          heart.distance(cx + (x - cx) * t, cy + (y - cy) * t, cz + (z - cz) * t) < 0.5;
        if (inside) near = t;
        else far = t;
      }
      return {
        at: [cx + (x - cx) * near, cy + (y - cy) * near, cz + (z - cz) * near],
        radius: body.mm(2),
      };
    });
  return {
    'left anterior descending artery': tube(
      onto([
        [16, -34, 86],
        [26, -54, 70],
        [34, -62, 50],
        [40, -60, 30],
      ]),
    ),
    'circumflex artery': tube(
      onto([
        [16, -34, 86],
        [46, -14, 74],
        [58, 2, 54],
        [48, 8, 36],
      ]),
    ),
    'right coronary artery': tube(
      onto([
        [0, -36, 84],
        [-20, -50, 66],
        [-24, -44, 46],
        [-10, -30, 26],
      ]),
    ),
  };
}

/** Trachea and main bronchi, esophagus. */
export function drawAirways(body: BodyBuilder): void {
  const { variants } = body.plan;
  const flat = variants.trachea === 'flattened' ? 0.45 : 1;
  const { trachealStenosis } = body.changes;
  const radiusAt = (z: number): number =>
    9 * (1 - trachealStenosis * Math.exp(-(((z - 155) / 14) ** 2)));
  const lumen = (extra: number): Shape =>
    column(
      [116, 125, 140, 148, 155, 162, 170, 190, 215, 250, 320].map((z) => ({
        z: body.mm(z),
        center: [body.mm(1), body.mm(24 - (z - 116) * 0.06)],
        radii: [body.mm(radiusAt(z)) + extra, body.mm(radiusAt(z) * flat) + extra],
      })),
    );
  const wall = body.name('trachea wall', lumen(body.mm(2)));
  body.draw(offset(wall, 1.5), TISSUES.fat, { label: '' });
  body.draw(wall, TISSUES.wall, { label: 'trachea' });
  body.draw(body.name('trachea', lumen(0)), TISSUES.air, { label: 'trachea' });
  const { bronchialWall: wallFactor, bronchialWidth } = body.changes;
  for (const main of [
    path(body, [1, 24, 118, 8], [-18, 27, 102, 7], [-36, 24, 90, 6]),
    path(body, [1, 24, 118, 8], [22, 30, 100, 6.5], [42, 26, 86, 5.5]),
  ]) {
    const inner = main.map(({ at, radius }) => ({
      at,
      radius: radius * Math.min(1.2, bronchialWidth),
    }));
    body.draw(tube(grown(inner, 1.5 * wallFactor)), TISSUES.wall, { label: '' });
    body.draw(tube(inner), TISSUES.air);
  }
}

/** A path given as rows `[x, y, z, radius]`. */
export function path(
  body: BodyBuilder,
  ...points: readonly (readonly [x: number, y: number, z: number, radius: number])[]
): PathPoint[] {
  return points.map(([x, y, z, radius]) => ({ at: body.at([x, y, z]), radius: body.mm(radius) }));
}

/** The path of a wider tube. */
export function grown(points: readonly PathPoint[], by: number): PathPoint[] {
  return points.map(({ at, radius }) => ({ at, radius: Math.max(0.3, radius + by) }));
}
