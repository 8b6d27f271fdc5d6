import { intersect, offset, region } from '../geometry/combine';
import { column, ellipsoid, type PathPoint, segment, type Shape, tube } from '../geometry/shape';
import type { BodyBuilder } from './part';
import { spineY } from './trunk';
import { TISSUES } from './tissues';

/** Name, centre and height of each vertebra, mm of an average adult. */
const VERTEBRAE: readonly { name: string; z: number; height: number }[] = [
  ...['C6', 'C7'].map((name, i) => ({ name, z: 243 - i * 17 + 8, height: 17 })),
  ...Array.from({ length: 12 }, (_, i) => ({ name: `T${i + 1}`, z: 207 - i * 23.1, height: 23.1 })),
  ...Array.from({ length: 5 }, (_, i) => ({ name: `L${i + 1}`, z: -77 - i * 35, height: 35 })),
];

/** Share of a vertebra's height that its disc takes. */
const DISC_SHARE = 0.2;

/** HU that spongy bone has in each density. */
const MARROW_HU = { normal: 200, low: 85 } as const;

/** Vertebrae with arches and discs, spinal cord. */
export function drawSpine(body: BodyBuilder): void {
  const heights = [-300, -240, -150, -60, 40, 140, 260];
  const tubeAlong = (dy: number, [x, y]: readonly [number, number]): Shape =>
    column(
      heights.map((z) => ({
        z: body.mm(z),
        center: [0, body.mm(spineY(z) + dy)],
        radii: [body.mm(x), body.mm(y)],
      })),
    );
  body.draw(tubeAlong(0, [19, 15]), TISSUES.disc, { label: '' });
  for (const vertebra of VERTEBRAE) drawVertebra(body, vertebra);
  body.draw(tubeAlong(24, [10, 8]), TISSUES.fluid, { label: '' });
  body.draw(tubeAlong(24, [6, 4.5]), TISSUES.cord, { label: 'spinal_cord' });
}

function drawVertebra(body: BodyBuilder, { name, z, height }: (typeof VERTEBRAE)[number]): void {
  const { fracture } = body.changes;
  const loss = fracture?.vertebra === name ? fracture.loss : 0;
  const y = spineY(z);
  const width = name.startsWith('L') ? 24 : 15 + ((207 - z) / 254) * 7;
  const depth = width * 0.78;
  const tall = height * (1 - DISC_SHARE);
  const label = `vertebrae_${name}`;
  // A fracture lowers the front of the upper end plate: a wedge.
  const top = body.mm(z + tall / 2);
  const front = body.mm(y - depth);
  const wedge = region((_x, py, pz) => {
    const forward = Math.max(0, Math.min(1, 1 - (py - front) / body.mm(2 * depth)));
    return pz - (top - loss * body.mm(tall) * (0.25 + 0.75 * forward));
  });
  const solid = column(
    [-1, -0.5, 0, 0.5, 1].map((at) => ({
      z: body.mm(z + (at * tall) / 2),
      center: [0, body.mm(y)],
      radii: [
        body.mm(width * (1 - 0.1 * (1 - at * at))),
        body.mm(depth * (1 - 0.08 * (1 - at * at))),
      ],
    })),
    'squarish',
  );
  const bone = body.name(label, loss === 0 ? solid : intersect(solid, wedge));
  body.draw([bone, ...arch(body, { y, z, width, depth })], TISSUES.cortex * 0.75, { label });
  body.draw(offset(bone, -1.8), MARROW_HU[body.plan.variants.spine]);
}

/** Pedicles, laminae, transverse and spinous processes. */
function arch(
  body: BodyBuilder,
  { y, z, width, depth }: { y: number; z: number; width: number; depth: number },
): Shape[] {
  const rod = (from: readonly number[], to: readonly number[]): Shape => {
    const end = ([x = 0, dy = 0, dz = 0, radius = 3]: readonly number[]): PathPoint => ({
      at: body.at([x, y + dy, z + dz]),
      radius: body.mm(radius),
    });
    return segment(end(from), end(to));
  };
  const back = depth + 18;
  const sides = [-1, 1].flatMap((side) => {
    const joint = [side * 15, depth + 8, 0, 4];
    return [
      rod([side * 13, depth - 4, 2, 4], joint),
      rod(joint, [side * 2, back + 4, -4, 3]),
      rod(joint, [side * (width + 14), depth + 10, 0, 3]),
    ];
  });
  return [...sides, rod([0, back + 3, -4, 3], [0, back + 20, -13, 3.2])];
}

/** Ribs, cartilage, sternum, shoulder blades and collar bones, wings of the pelvis. */
export function drawCage(body: BodyBuilder): void {
  const wall = offset(body.structure('cavity'), 5);
  for (let rib = 1; rib <= 12; rib++) drawRib(body, rib, wall);
  const sternum = intersect(
    region((_x, y) => Math.abs(y - frontOf(wall, body.mm(90)) - 1) - 6),
    ellipsoid({
      center: [0, frontOf(wall, body.mm(90)), body.mm(92)],
      radii: [body.mm(18), body.mm(14), body.mm(88)],
    }),
  );
  body.draw(sternum, TISSUES.cortex * 0.6, { label: 'sternum' });
  body.draw(offset(sternum, -2.2), MARROW_HU[body.plan.variants.spine]);
  for (const side of [-1, 1] as const) {
    const name = side === 1 ? 'left' : 'right';
    const path = (...points: readonly (readonly [number, number, number, number])[]): PathPoint[] =>
      points.map(([x, y, z, r]) => ({ at: body.at([side * x, y, z]), radius: body.mm(r) }));
    const clavicle = tube(path([14, -66, 178, 8], [60, -72, 192, 6], [120, -40, 204, 6]));
    bone(body, clavicle, `clavicula_${name}`);
    const blade = tube(path([62, 92, 190, 3.5], [82, 100, 140, 3.5], [92, 98, 80, 4])).concat(
      tube(path([62, 92, 190, 3.5], [130, 62, 186, 7], [92, 98, 80, 4])),
    );
    bone(body, blade, `scapula_${name}`);
    const wing = tube(
      path([42, 76, -232, 9], [88, 58, -216, 6], [118, 4, -226, 6], [120, -40, -262, 7]),
    );
    bone(
      body,
      wing.concat(tube(path([46, 78, -262, 10], [96, 56, -252, 7], [116, 0, -262, 8]))),
      `hip_${name}`,
    );
  }
}

function bone(body: BodyBuilder, shapes: readonly Shape[], label: string): void {
  body.draw(shapes, TISSUES.cortex, { label });
  body.draw(
    shapes.map((shape) => offset(shape, -2)),
    MARROW_HU[body.plan.variants.spine],
  );
}

/** Ribs leave the spine, run around the cavity's wall and sink; cartilage joins 1 to 10 to the front. */
function drawRib(body: BodyBuilder, rib: number, wall: Shape): void {
  const vertebra = VERTEBRAE.find(({ name }) => name === `T${rib}`);
  if (vertebra === undefined) return;
  const drop = 20 + 4 * rib - 0.12 * rib * rib;
  const reach = rib <= 10 ? 0.83 : rib === 11 ? 0.55 : 0.4; // share of the way to the front
  const cartilageDrop = rib < 7 ? 8 - 5 * (rib - 1) : -30;
  for (const side of [-1, 1] as const) {
    const name = side === 1 ? 'left' : 'right';
    const point = (share: number): PathPoint => {
      // From just beside the spine (share 0) to the midline in front (share 1).
      const angle = (0.13 + 0.87 * share) * Math.PI;
      const rise = share > 0.83 ? ((share - 0.83) / 0.17) * cartilageDrop * -1 : 0;
      const z = vertebra.z + 4 - drop * Math.min(1, share / 0.83) + rise;
      const onWall = atWall(wall, { angle, z: body.mm(z), side });
      return { at: onWall, radius: body.mm(4.6) };
    };
    const count = 14;
    const along = (from: number, to: number): PathPoint[] =>
      Array.from({ length: count }, (_, i) => point(from + ((to - from) * i) / (count - 1)));
    const path = along(0, reach);
    const label = `rib_${name}_${rib}`;
    body.draw(tube(path), TISSUES.cortex, { label, fineness: 1.6 });
    body.draw(
      tube(path.map(({ at, radius }) => ({ at, radius: radius * 0.55 }))),
      MARROW_HU[body.plan.variants.spine],
      { fineness: 1.6 },
    );
    if (rib <= 9) {
      body.draw(tube(along(0.83, rib <= 6 ? 0.96 : 0.93)), TISSUES.cartilage, {
        label: 'costal_cartilages',
      });
    }
  }
}

/** Where a ray from the trunk's middle leaves the wall, by bisection; angle 0 points backwards. */
function atWall(
  wall: Shape,
  { angle, z, side }: { angle: number; z: number; side: 1 | -1 },
): readonly [number, number, number] {
  const [dx, dy] = [side * Math.sin(angle), Math.cos(angle)];
  let [near, far] = [0, 260];
  for (let step = 0; step < 18; step++) {
    const middle = (near + far) / 2;
    if (wall.distance(dx * middle, dy * middle, z) < 0) near = middle;
    else far = middle;
  }
  return [dx * near, dy * near, z];
}

function frontOf(wall: Shape, z: number): number {
  return atWall(wall, { angle: Math.PI, z, side: 1 })[1];
}
