import type { Random } from '@omnict/core';
import { union } from '../geometry/combine';
import { drawKidneys, drawLiver, drawPancreas, drawSpleen, placeKidneys } from './abdomen';
import { type Point, sphere } from '../geometry/shape';
import type { BodyChanges, BodyPlan } from './body-plan';
import { drawCage, drawSpine } from './bones';
import { drawBowel, drawEsophagus, drawStomach } from './digestive';
import { type Body, BodyBuilder } from './part';
import { drawAirways, drawHeart, drawLungs, placeHeart } from './thorax';
import { TISSUES } from './tissues';
import { drawBackMuscles, drawTrunk } from './trunk';
import { drawAbdominalVessels, drawThoracicVessels } from './vessels';

/** Builds a body: what is drawn, in order, and where its structures lie. */
export function buildBody(plan: BodyPlan, changes: BodyChanges, random: Random): Body {
  const body = new BodyBuilder(plan, changes, random);
  drawTrunk(body);
  placeHeart(body);
  placeKidneys(body);
  drawLungs(body);
  drawCage(body);
  drawThyroid(body);
  drawStomach(body);
  drawSpleen(body);
  drawLiver(body);
  drawBowel(body);
  drawPancreas(body);
  drawKidneys(body);
  drawBackMuscles(body);
  drawSpine(body);
  drawEsophagus(body);
  drawAirways(body);
  drawThoracicVessels(body);
  drawHeart(body);
  drawAbdominalVessels(body);
  for (const [name, [at, radius]] of Object.entries(STATIONS)) {
    body.name(name, sphere(body.at(at), body.mm(radius)));
  }
  return { plan, changes, parts: body.parts, structures: body.structures };
}

/** Places that have no organ of their own but hold findings; mm. */
const STATIONS: Readonly<Record<string, readonly [at: Point, radius: number]>> = {
  'paratracheal station': [[-17, 12, 140], 4],
  'subcarinal station': [[2, 28, 96], 4],
  'aortopulmonary station': [[20, 2, 126], 4],
  'paratracheal air cyst': [[-17, 34, 206], 3],
};

function drawThyroid(body: BodyBuilder): void {
  const lobe = (side: number) => sphere(body.at([side * 17, 8, 226]), body.mm(10));
  body.draw(union(lobe(-1), lobe(1)), TISSUES.thyroid, { label: 'thyroid_gland' });
}
