import { union } from '../geometry/combine';
import { type PathPoint, type Shape, sphere, tube } from '../geometry/shape';
import type { BodyBuilder } from './part';
import { grown, path } from './thorax';
import { TISSUES } from './tissues';

/** Where an abdominal aneurysm lies, mm. */
const ANEURYSM_Z = -150;

/** Great vessels of the chest. */
export function drawThoracicVessels(body: BodyBuilder): void {
  const draw = vesselDrawer(body);
  const { arterialBlood, venousBlood } = TISSUES;
  draw(
    [
      [16, -26, 96, 13],
      [10, -8, 106, 12],
      [-12, 2, 104, 10.5],
      [-38, 14, 94, 9],
    ],
    venousBlood,
    '',
  );
  draw(
    [
      [14, -14, 104, 12],
      [30, 10, 106, 10.5],
      [46, 20, 96, 9],
    ],
    venousBlood,
    '',
  );
  for (const side of [-1, 1]) {
    draw(
      [
        [side * 16 + 6, 10, 74, 7],
        [side * 40, 16, 70, 5.5],
      ],
      arterialBlood,
      'pulmonary_vein',
    );
  }
  draw(
    [
      [-26, -16, 166, 8],
      [-28, -12, 120, 9],
      [-27, -14, 76, 10],
    ],
    venousBlood,
    'superior_vena_cava',
  );
  draw(
    [
      [62, -20, 212, 6],
      [28, -32, 188, 7],
      [-24, -18, 166, 7.5],
    ],
    venousBlood,
    'brachiocephalic_vein_left',
  );
  draw(
    [
      [-58, -14, 214, 6],
      [-34, -18, 190, 7],
      [-26, -16, 166, 7.5],
    ],
    venousBlood,
    'brachiocephalic_vein_right',
  );
  const ascending = path(body, [8, -24, 82, 15.5], [-8, -26, 108, 15.5], [-7, -18, 138, 14]);
  const arch = path(body, [-7, -18, 138, 14], [4, 2, 150, 13], [18, 26, 142, 12.5], [25, 42, 122, 12]);
  body.name('thoracic aorta', union(...tube(ascending), ...tube(arch)));
  draw(ascending, arterialBlood, 'aorta');
  draw(arch, arterialBlood, 'aorta');
  const branches: [string, (readonly [number, number, number, number])[]][] = [
    ['brachiocephalic_trunk', [[-4, -6, 150, 7], [-16, -4, 186, 6.5]]],
    ['subclavian_artery_right', [[-16, -4, 186, 5.5], [-40, 4, 214, 5], [-80, 0, 222, 4.5]]],
    ['common_carotid_artery_right', [[-16, -4, 186, 4.5], [-24, 2, 260, 4]]],
    ['common_carotid_artery_left', [[6, 6, 152, 4.5], [22, 4, 200, 4.2], [26, 2, 260, 4]]],
    ['subclavian_artery_left', [[16, 22, 146, 5.5], [30, 22, 196, 5.2], [50, 8, 220, 5], [84, 0, 224, 4.5]]],
  ];
  for (const [name, points] of branches) draw(points, arterialBlood, name);
}

/** Descending aorta and its branches, inferior vena cava, portal system. */
export function drawAbdominalVessels(body: BodyBuilder): void {
  const draw = vesselDrawer(body);
  const { arterialBlood, venousBlood, portalBlood } = TISSUES;
  const descending = path(
    body,
    [25, 42, 122, 12],
    [23, 46, 60, 11.5],
    [17, 46, 0, 11],
    [10, 40, -70, 10],
    [7, 33, -130, 9],
    [5, 33, -200, 8.5],
  );
  const aorta: Shape[] = tube(descending);
  body.name('abdominal aorta', union(...aorta));
  const { aneurysm } = body.changes;
  if (aneurysm > 0) aorta.push(...bulge(body, aneurysm));
  body.draw(body.name('aorta', union(...aorta)), arterialBlood, { label: 'aorta' });
  for (const side of [-1, 1]) {
    const name = side === 1 ? 'left' : 'right';
    draw([[5, 33, -200, 6.5], [side * 30 + 4, 36, -240, 6], [side * 46, 40, -280, 5.5]], arterialBlood, `iliac_artery_${name}`);
    draw([[-18, 38, -206, 7.5], [side * 30 - 6, 44, -244, 7], [side * 46, 48, -284, 6.5]], venousBlood, `iliac_vena_${name}`);
    draw([[8, 36, -98, 3.5], [side * 42, 44, -108, 3]], arterialBlood, '');
    draw([[-18, 36, -102, 4.5], [side * 44, 42, -112, 4]], venousBlood, '');
  }
  draw(
    [[9, 34, -82, 3.6], [8, 18, -88, 3.4], [6, 8, -150, 3]],
    arterialBlood,
    '',
  );
  draw(
    [[-22, 8, 44, 11], [-24, 16, 8, 11], [-24, 28, -40, 11], [-20, 36, -120, 10.5], [-18, 38, -206, 9.5]],
    venousBlood,
    'inferior_vena_cava',
  );
  draw(
    [[-44, -6, -42, 6], [-22, 2, -66, 6.5], [-4, 10, -84, 6.5], [-2, 6, -150, 5]],
    portalBlood,
    'portal_vein_and_splenic_vein',
  );
  draw(
    [[-4, 10, -84, 5], [34, 18, -74, 4.5], [72, 34, -52, 4]],
    portalBlood,
    'portal_vein_and_splenic_vein',
  );
}

/** An aneurysm: balls that swell and shrink along the aorta; its length is 2.5 times its width. */
function bulge(body: BodyBuilder, diameter: number): Shape[] {
  return Array.from({ length: 11 }, (_, i) => {
    const along = (i - 5) / 5;
    const swell = Math.cos((along * Math.PI) / 2);
    const [, y] = body.at([6, 33, ANEURYSM_Z]);
    const radius = Math.max(body.mm(8), (diameter / 2) * Math.sqrt(Math.max(0, swell)));
    return sphere([body.mm(6), y - (radius - body.mm(8.5)), body.mm(ANEURYSM_Z) + along * diameter * 0.9], radius);
  });
}

function vesselDrawer(body: BodyBuilder) {
  return (
    points: readonly PathPoint[] | readonly (readonly [number, number, number, number])[],
    attenuation: Parameters<BodyBuilder['draw']>[1],
    label: string,
  ): void => {
    const isPath = (point: unknown): point is PathPoint => !Array.isArray(point);
    const course = points.every(isPath)
      ? (points as readonly PathPoint[])
      : path(body, ...(points as readonly (readonly [number, number, number, number])[]));
    body.draw(tube(grown(course, 1)), TISSUES.wall, { label, fineness: 1.5 });
    body.draw(tube(course), attenuation, { fineness: 1.5 });
  };
}
