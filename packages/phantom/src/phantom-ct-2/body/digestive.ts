import { intersect, offset, region, subtract, union } from '../geometry/combine';
import { column, type PathPoint, type Shape, tube } from '../geometry/shape';
import type { BodyBuilder } from './part';
import { path, sideOfDiaphragm } from './thorax';
import { huIn, TISSUES } from './tissues';
import { bent } from './trunk';

/** Stomach from fundus to pylorus. */
export function drawStomach(body: BodyBuilder): void {
  const { variants } = body.plan;
  const { stomachWall } = body.changes;
  const course = path(
    body,
    [50, 22, -20, 30],
    [58, -4, -46, 31],
    [50, -34, -72, 25],
    [22, -50, -92, 19],
    [-8, -44, -96, 13],
    [-22, -34, -90, 9],
  );
  const stomach = body.name(
    'stomach',
    subtract(
      intersect(
        bent(course, 18),
        offset(body.structure('cavity'), -4),
        sideOfDiaphragm(body, true, 4),
      ),
      offset(body.structure('spine block'), 5),
    ),
  );
  body.draw(stomach, TISSUES.wall, { label: 'stomach' });
  const lumen = body.name('stomach lumen', offset(stomach, -body.mm(stomachWall)));
  const contrast = variants.stomach === 'oral contrast';
  body.draw(lumen, contrast ? TISSUES.oralContrast : TISSUES.fluid + 12);
  fillWithGas(body, lumen, variants.stomach === 'gas' ? 0.72 : 0.14);
}

/** Gas rises: the part of a lumen that faces up, by its share of the lumen's depth. */
function fillWithGas(body: BodyBuilder, lumen: Shape, share: number): void {
  const { low, high } = lumen.bounds;
  const isProne = body.plan.variants.position === 'prone';
  const level = isProne
    ? high[1] - share * (high[1] - low[1])
    : low[1] + share * (high[1] - low[1]);
  const above = region((_x, y) => (isProne ? level - y : y - level));
  body.draw(intersect(lumen, above), TISSUES.air);
}

/** Esophagus, from the neck through the hiatus to the stomach; a hernia of the stomach above it. */
export function drawEsophagus(body: BodyBuilder): void {
  const { variants } = body.plan;
  const { esophagusWall, hernia } = body.changes;
  const lumenRadius = variants.esophagus === 'collapsed' ? 0.6 : 5.5;
  const sections = (extra: number, factor = 1): Shape =>
    column(
      [
        [-26, 34, 10],
        [-8, 24, 22],
        [10, 12, 30],
        [50, 5, 36],
        [100, 5, 40],
        [150, 4, 38],
        [320, 2, 30],
      ].map(([z = 0, x = 0, y = 0]) => ({
        z: body.mm(z),
        center: [body.mm(x), body.mm(y)],
        radii: [body.mm(lumenRadius * factor) + extra, body.mm(lumenRadius * 0.8 * factor) + extra],
      })),
    );
  const wall = body.name('esophagus', sections(body.mm(esophagusWall)));
  body.draw(offset(wall, 2), TISSUES.fat, { label: '' });
  body.draw(wall, TISSUES.wall, { label: 'esophagus' });
  if (variants.esophagus !== 'collapsed') {
    body.draw(sections(0), variants.esophagus === 'filled with air' ? TISSUES.air : TISSUES.fluid);
  }
  if (hernia === 0) return;
  const radius = hernia / 2;
  const sac = bent(
    [
      { at: body.at([16, 20, 2]), radius: radius * 0.8 },
      { at: body.at([12, 22, 22]), radius },
    ],
    10,
  );
  body.name('hiatal hernia', sac);
  body.draw(offset(sac, 2), TISSUES.fat, { label: '' });
  body.draw(sac, TISSUES.wall, { label: 'stomach' });
  body.draw(offset(sac, -3.5), TISSUES.fluid + 12);
  fillWithGas(body, offset(sac, -3.5), 0.4);
}

/** Duodenum, small bowel and colon. */
export function drawBowel(body: BodyBuilder): void {
  drawDuodenum(body);
  drawSmallBowel(body);
  drawColon(body);
}

function drawDuodenum(body: BodyBuilder): void {
  const course = path(
    body,
    [-24, -34, -90, 11],
    [-42, -20, -92, 12],
    [-46, -4, -112, 12],
    [-38, 4, -134, 12],
    [-10, 8, -142, 11],
    [22, 4, -126, 11],
  );
  const duodenum = body.name('duodenum', bent(course, 8));
  body.draw(offset(duodenum, 2), TISSUES.fat, { label: '' });
  body.draw(duodenum, TISSUES.wall, { label: 'duodenum' });
  body.draw(offset(duodenum, -3), TISSUES.fluid + 12);
}

/** Loops that fill the middle of the abdomen, row by row. */
function drawSmallBowel(body: BodyBuilder): void {
  const { random } = body;
  const { smallBowel } = body.changes;
  const radius = smallBowel / 2;
  const room = intersect(
    offset(body.structure('cavity'), -radius - 3),
    region((_x, _y, z) => z - body.mm(-112)),
  );
  const loops: PathPoint[][] = [];
  const pitch = body.mm(Math.max(24, smallBowel + 4));
  for (let row = 0; row * pitch < 140; row++) {
    for (const [layer, y] of [-52, -24].entries()) {
      const loop: PathPoint[] = [];
      const reach = 72 - 8 * layer;
      for (let x = -reach; x <= reach; x += 12) {
        const at = [
          body.mm(x) + random.uniform(-3, 3),
          body.mm(y) + 9 * Math.sin(x / 13 + row * 2 + layer) + random.uniform(-3, 3),
          body.mm(-128) - row * pitch + 8 * Math.cos(x / 15 + row) + random.uniform(-2, 2),
        ] as const;
        if (room.distance(...at) < 0)
          loop.push({ at, radius: radius * random.uniform(0.88, 1.05) });
      }
      if (loop.length > 2) loops.push(loop);
    }
  }
  const outer = loops.flatMap((loop) => tube(loop));
  const content = random.choice([TISSUES.fluid + 14, 20]);
  body.draw(
    outer.map((loop) => offset(loop, 1.2)),
    TISSUES.fat,
    { label: '' },
  );
  body.draw(outer, TISSUES.wall, { label: 'small_bowel' });
  body.draw(
    outer.map((loop) => offset(loop, -3)),
    content,
  );
  // Some loops hold gas.
  const gas = loops
    .filter((_, index) => index % 3 === 1)
    .map((loop) => tube(loop.slice(1, 3)))
    .flat()
    .map((loop) => offset(loop, -radius * 0.55));
  body.draw(gas, TISSUES.air);
}

/** The frame of the colon, with haustra. */
function drawColon(body: BodyBuilder): void {
  const { variants, phase } = body.plan;
  const frame = [
    [-96, 22, -236, 22],
    [-100, 28, -180, 22],
    [-98, 22, -140, 20],
    [-84, -16, -122, 18],
    [-56, -58, -126, 17],
    [-10, -70, -134, 17],
    [38, -66, -124, 17],
    [76, -40, -98, 17],
    [102, 16, -82, 16],
    [110, 34, -120, 15],
    [108, 34, -180, 15],
    [100, 22, -236, 15],
    [70, 6, -272, 15],
  ] as const;
  const points: PathPoint[] = [];
  for (const [index, next] of frame.entries()) {
    const previous = frame[Math.max(0, index - 1)] as (typeof frame)[number];
    const steps = index === 0 ? 1 : 5;
    for (let step = 1; step <= steps; step++) {
      const t = step / steps;
      const mix = (axis: 0 | 1 | 2 | 3): number =>
        previous[axis] + (next[axis] - previous[axis]) * t;
      const haustra = 1 + 0.13 * Math.cos((index * 5 + step) * 1.9);
      points.push({ at: body.at([mix(0), mix(1), mix(2)]), radius: body.mm(mix(3) * haustra) });
    }
  }
  const segments = tube(points);
  body.name('colon', union(...segments.slice(6, 45)));
  const { colonWall } = body.changes;
  const content = { gas: TISSUES.air, stool: TISSUES.stool, 'oral contrast': TISSUES.oralContrast };
  body.draw(
    segments.map((part) => offset(part, 1.2)),
    TISSUES.fat,
    { label: '' },
  );
  body.draw(segments, huIn(TISSUES.wall, phase), { label: 'colon' });
  body.draw(
    segments.map((part) => offset(part, -body.mm(colonWall))),
    content[variants.bowel],
  );
}
