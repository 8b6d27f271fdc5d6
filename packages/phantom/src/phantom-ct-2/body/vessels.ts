import { union } from '../geometry/combine';
import { type PathPoint, type Point, type Shape, sphere, tube } from '../geometry/shape';
import type { BodyBuilder } from './part';
import { grown, path } from './thorax';
import { type Attenuation, TISSUES } from './tissues';
import { ABDOMINAL_VESSELS, THORACIC_VESSELS, type VesselCourse } from './vessel-courses';

/** Where an abdominal aneurysm lies, mm. */
const ANEURYSM: Point = [6, 33, -150];

/** Radius of the aorta there, mm. */
const AORTA_RADIUS = 8.5;

/** Thickness of a vessel's wall, mm. */
const WALL_MM = 1;

/** Great vessels of the chest. */
export function drawThoracicVessels(body: BodyBuilder): void {
  for (const course of THORACIC_VESSELS) drawVessel(body, course);
}

/** Descending aorta and its branches, inferior vena cava, portal system. */
export function drawAbdominalVessels(body: BodyBuilder): void {
  for (const course of ABDOMINAL_VESSELS) drawVessel(body, course);
  const { aneurysm } = body.changes;
  if (aneurysm > 0) {
    body.draw(bulge(body, aneurysm), TISSUES.arterialBlood, { label: 'aorta' });
  }
}

function drawVessel(body: BodyBuilder, { label, blood, name, points }: VesselCourse): void {
  const course = path(body, ...points);
  const lumen = tube(course);
  if (name !== undefined) body.name(name, union(...lumen));
  body.draw(tube(grown(course, WALL_MM)), TISSUES.wall, { label, fineness: 1.5 });
  body.draw(lumen, bloodHu(blood), { fineness: 1.5 });
}

function bloodHu(blood: VesselCourse['blood']): Attenuation {
  return {
    arterial: TISSUES.arterialBlood,
    venous: TISSUES.venousBlood,
    portal: TISSUES.portalBlood,
  }[blood];
}

/** An aneurysm: balls that swell and shrink along the aorta, nearly twice as long as it is wide. */
function bulge(body: BodyBuilder, diameter: number): Shape[] {
  const [x, y, z] = body.at(ANEURYSM);
  const balls = Array.from({ length: 11 }, (_, i): PathPoint => {
    const along = (i - 5) / 5;
    const swell = Math.sqrt(Math.cos((along * Math.PI) / 2));
    const radius = Math.max(body.mm(AORTA_RADIUS), (diameter / 2) * swell);
    // It grows forwards, away from the spine.
    return { at: [x, y - (radius - body.mm(AORTA_RADIUS)), z + along * diameter * 0.9], radius };
  });
  return balls.map(({ at, radius }) => sphere(at, radius));
}
