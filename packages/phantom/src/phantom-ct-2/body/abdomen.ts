import { blend, intersect, offset, region, subtract, wavy } from '../geometry/combine';
import { ellipsoid, type Shape, tube } from '../geometry/shape';
import type { BodyBuilder } from './part';
import { path, sideOfDiaphragm } from './thorax';
import { huIn, TISSUES } from './tissues';
import { growTree } from './trees';
import { ball, bent } from './trunk';

/** Shapes of kidneys, drawn later: other organs make room for the fat around them. */
export function placeKidneys(body: BodyBuilder): void {
  for (const side of [-1, 1] as const) {
    const name = side === 1 ? 'left' : 'right';
    const center = body.place([side * 64, 42, side === 1 ? -104 : -116]);
    const whole = ellipsoid({
      center,
      radii: [body.size(29), body.size(27), body.size(55)],
      angle: side * 0.45,
      tilt: side * 0.18,
    });
    const hilum = ellipsoid({
      center: [center[0] - side * body.mm(24), center[1] - body.mm(12), center[2]],
      radii: [body.mm(17), body.mm(14), body.mm(21)],
    });
    body.name(`kidney_${name}`, subtract(whole, hilum));
    // Open to the back, where fat and muscle follow.
    const fat = ellipsoid({
      center: [center[0], center[1] + body.mm(14), center[2]],
      radii: [body.mm(39), body.mm(48), body.mm(60)],
      tilt: side * 0.18,
    });
    body.name(`perirenal fat ${name}`, fat);
    body.name(`renal sinus ${name}`, hilum);
  }
}

/** Liver with its vessels, gallbladder. */
export function drawLiver(body: BodyBuilder): void {
  const { changes } = body;
  const bounds = intersect(
    region((x, y, z) => visceralSurface(body, { x, y, z })),
    sideOfDiaphragm(body, true, 3),
    offset(body.structure('cavity'), -4),
  );
  const f = changes.liver;
  const lobes = blend(
    24,
    ball(body, [-76, 2, -48], [78 * f, 84, 86 * f]),
    ball(body, [-8, -46, -26], [80, 36, 38]),
  );
  const smooth = subtract(
    intersect(lobes, bounds),
    offset(body.structure('spine block'), 4),
    body.structure('perirenal fat right'),
    body.structure('perirenal fat left'),
  );
  const liver = body.name(
    'liver',
    changes.liverNodularity > 0
      ? wavy(smooth, body.waves(changes.liverNodularity, body.mm(17)))
      : wavy(smooth, body.waves(1.5, body.mm(70))),
  );
  const { phase } = body.plan;
  const hu = huIn(TISSUES.liver, phase) - changes.liverFat;
  body.draw(liver, hu, { label: 'liver' });
  const veins = (
    root: readonly [number, number, number],
    direction: readonly [number, number, number],
  ): Shape[] =>
    growTree({
      host: liver,
      root: { at: body.at(root), radius: body.mm(4) },
      direction,
      length: body.mm(30),
      generations: 4,
      random: body.random,
    });
  body.draw(veins([-46, -4, -40], [-0.85, -0.1, -0.3]), huIn(TISSUES.portalBlood, phase), {
    fineness: 1.5,
  });
  body.draw(
    [...veins([-26, 10, 0], [-0.8, -0.35, -0.45]), ...veins([-24, 8, 2], [-0.2, -0.85, -0.35])],
    huIn(TISSUES.portalBlood, phase) * 0.9,
    { fineness: 1.5 },
  );
  drawGallbladder(body);
}

/** The liver's lower face looks down, left and back. */
function visceralSurface(
  body: BodyBuilder,
  { x, y, z }: { x: number; y: number; z: number },
): number {
  const level = -128 + 0.52 * (x / body.plan.scale + 125) + 0.22 * Math.max(0, y / body.plan.scale);
  return (body.mm(level) - z) / 1.15;
}

function drawGallbladder(body: BodyBuilder): void {
  const gallbladder = body.name(
    'gallbladder',
    blend(
      8,
      ellipsoid({
        center: body.place([-52, -44, -98]),
        radii: [body.mm(15), body.mm(15), body.mm(20)],
      }),
      ellipsoid({ center: body.at([-44, -28, -84]), radii: [body.mm(8), body.mm(9), body.mm(15)] }),
    ),
  );
  body.draw(offset(gallbladder, 2), TISSUES.wall, { label: 'gallbladder' });
  body.draw(gallbladder, TISSUES.bile);
}

/** Spleen: a curved slab under the left dome. */
export function drawSpleen(body: BodyBuilder): void {
  const f = body.changes.spleen;
  const solid = ellipsoid({
    center: body.place([104 - (f - 1) * 26, 34 - (f - 1) * 18, -40 - (f - 1) * 26]),
    radii: [body.size(27 * f), body.size(42 * f), body.size(52 * f)],
    angle: 0.55,
    tilt: 0.2,
  });
  const hollow = ellipsoid({
    center: body.at([58, 6, -48]),
    radii: [body.mm(38), body.mm(40), body.mm(46)],
  });
  const spleen = subtract(
    intersect(solid, offset(body.structure('cavity'), -4), sideOfDiaphragm(body, true, 3)),
    ...(f > 1 ? [] : [hollow]),
    body.structure('perirenal fat left'),
    offset(body.structure('spine block'), 4),
  );
  body.name('spleen', wavy(spleen, body.waves(1.2, body.mm(50))));
  body.draw(body.structure('spleen'), TISSUES.spleen, { label: 'spleen' });
  if (body.plan.phase !== 'arterial') return;
  // In the arterial phase red and white pulp fill unevenly.
  const k = (2 * Math.PI) / body.mm(20);
  const bands = region((x, y, z) => 3 * Math.sin(k * (x + 0.6 * y) + Math.sin(k * z)));
  body.draw(intersect(offset(body.structure('spleen'), -1), bands), 78);
}

/** Kidneys with cortex, medulla, sinus fat and pelvis; adrenal glands. */
export function drawKidneys(body: BodyBuilder): void {
  for (const side of [-1, 1] as const) {
    const name = side === 1 ? 'left' : 'right';
    const kidney = body.structure(`kidney_${name}`);
    const fat = subtract(
      intersect(body.structure(`perirenal fat ${name}`), body.structure('cavity')),
      offset(body.structure('spine block'), 0),
    );
    body.draw(fat, TISSUES.fat, { label: '' });
    body.draw(kidney, TISSUES.renalCortex, { label: `kidney_${name}` });
    body.draw(offset(kidney, -body.mm(7)), TISSUES.renalMedulla);
    const { low, high } = kidney.bounds;
    const middle = [
      (low[0] + high[0]) / 2,
      (low[1] + high[1]) / 2,
      (low[2] + high[2]) / 2,
    ] as const;
    const at = [middle[0] - side * body.mm(13), middle[1] - body.mm(5), middle[2]] as const;
    const { hydronephrosis } = body.changes;
    const wide = hydronephrosis?.side === name ? hydronephrosis.diameter / 2 : body.mm(4.5);
    const sinus = ellipsoid({ center: at, radii: [body.mm(9), body.mm(8), body.mm(24)] });
    body.draw(sinus, TISSUES.fat);
    const pelvis = ellipsoid({
      center: at,
      radii: [wide, wide, Math.max(body.mm(13), wide * 1.5)],
    });
    body.draw(body.name(`renal pelvis ${name}`, pelvis), TISSUES.renalPelvis);
    const adrenal = tube(
      path(body, [side * 30, 40, -62, 3.2], [side * 37, 44, -54, 3.4], [side * 46, 50, -64, 2.8]),
    );
    body.name(`adrenal_gland_${name}`, adrenal[0] as Shape);
    body.draw(adrenal, TISSUES.adrenal, { label: `adrenal_gland_${name}`, fineness: 1.5 });
  }
}

/** HU that a pancreas loses whose tissue gave way to fat. */
const FAT_REPLACED_HU = 145;

/** Pancreas with its duct, from the duodenum's curve to the spleen. */
export function drawPancreas(body: BodyBuilder): void {
  const course = path(
    body,
    [-24, -2, -104, 15],
    [-16, -8, -90, 13],
    [8, -12, -78, 9.5],
    [38, 2, -70, 10],
    [68, 22, -60, 8.5],
  );
  const pancreas = body.name('pancreas', wavy(bent(course, 10), body.waves(2, body.mm(14))));
  const isFatty = body.plan.variants.pancreas === 'fatty';
  const hu = huIn(TISSUES.pancreas, body.plan.phase) - (isFatty ? FAT_REPLACED_HU : 0);
  body.draw(offset(pancreas, 2.5), TISSUES.fat, { label: '' });
  body.draw(pancreas, hu, { label: 'pancreas' });
  const duct = course.map(({ at }) => ({ at, radius: body.changes.pancreaticDuct / 2 }));
  body.draw(tube(duct.slice(1)), TISSUES.fluid, { fineness: 1 });
}
