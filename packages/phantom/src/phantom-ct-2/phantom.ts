import {
  type Modality,
  ORGAN_CLASSES,
  type OrganClass,
  type Random,
  type VolumeGeometry,
} from '@omnict/core';
import { buildBody } from './body/body';
import { type BodyPlan, sampleBodyPlan } from './body/body-plan';
import type { Body } from './body/part';
import type { Phase } from './body/tissues';
import { findingsOf } from './catalogue/catalogue';
import type { Finding } from './catalogue/finding';
import {
  bodyChanges,
  type FindingInstance,
  placeFinding,
  type PlacedFinding,
  sampleInstance,
} from './findings/finding-instance';
import {
  type Acquisition,
  covers,
  holds,
  planeGrid,
  sampleAcquisition,
  SCAN_REGIONS,
  scanRange,
  type ScanRegion,
  volumeGrid,
} from './scan/acquisition';

/** One virtual patient: what there is to see, before any pixel. */
export interface Phantom {
  /** Opaque key, unique within a dataset. */
  key: string;
  modality: Modality;
  plan: BodyPlan;
  acquisition: Acquisition;
  /**
   * For each organ class in view, the finding its questions are about: there in half of the phantoms,
   * so that neither answer is the better guess.
   */
  focus: ReadonlyMap<OrganClass, Finding>;
  /** For slices, the organ that the plane passes through. */
  planeOrgan: OrganClass;
  findings: readonly FindingInstance[];
  body: Body;
  placed: readonly PlacedFinding[];
}

/** Chance of findings that no question asks for: company for reports. */
const COMPANY_SHARE = { lungs: 0.06, others: 0.03 } as const;

/** What a phantom must have; all else is drawn. */
export interface PhantomWishes {
  modality: Modality;
  region?: ScanRegion;
  phase?: Phase;
  /** A finding that is there for certain, and that a slice passes through. */
  shows?: Finding;
}

/** Draws a phantom; each has a stream of its own, so that adding phantoms changes no other. */
export function samplePhantom2(key: string, wishes: PhantomWishes, random: Random): Phantom {
  const { modality, shows } = wishes;
  const drawn = sampleBodyPlan(random.fork('body plan'));
  const plan = wishes.phase === undefined ? drawn : { ...drawn, phase: wishes.phase };
  const regions = Object.keys(SCAN_REGIONS) as ScanRegion[];
  const lot = random.choice(regions);
  const region = wishes.region ?? (modality === 'volume' ? lot : 'chest and abdomen');
  const acquisition = sampleAcquisition(plan, region, random.fork('acquisition'));
  const planeLot = random.choice(ORGAN_CLASSES);
  const planeOrgan = shows?.organ ?? planeLot;
  const focus = new Map<OrganClass, Finding>();
  const findings: FindingInstance[] = [];
  for (const organ of ORGAN_CLASSES) {
    if (!covers(region, organ)) continue;
    const stream = random.fork(`findings/${organ}`);
    const candidates = findingsOf(organ).filter(({ levels }) => holds(region, levels));
    const askable = candidates.filter(
      ({ isSeenInSlice }) => modality === 'volume' || isSeenInSlice,
    );
    const focusLot = stream.choice(askable);
    const asked = shows?.organ === organ ? shows : focusLot;
    focus.set(organ, asked);
    for (const finding of candidates) {
      const lot = stream.fork(finding.name);
      const share = COMPANY_SHARE[organ === 'lungs' ? 'lungs' : 'others'];
      const isPresent = lot.uniform() < (finding === asked ? 0.5 : share) || finding === shows;
      if (finding !== asked && !isPresent) continue;
      findings.push(sampleInstance(finding, isPresent, lot));
    }
  }
  const patient = { plan, findings, acquisition };
  const body = bodyOf(patient, random.fork('body'));
  const placed = findings.map((finding) =>
    placeFinding(body, finding, { range: scanRange(plan, region) }),
  );
  return { key, modality, plan, acquisition, focus, planeOrgan, findings, body, placed };
}

/** The same patient with other findings: anatomy and places stay. */
export function withFindings(
  phantom: Phantom,
  findings: readonly FindingInstance[],
  random: Random,
): Phantom {
  const body = bodyOf({ ...phantom, findings }, random);
  const range = scanRange(phantom.plan, phantom.acquisition.region);
  const placed = findings.map((finding, index) => {
    const before = phantom.placed[index] as PlacedFinding;
    const factor = finding.size / before.size;
    const known = before.sites.map((site) => ({ ...site, diameter: site.diameter * factor }));
    return placeFinding(body, finding, { range, known });
  });
  return { ...phantom, findings, body, placed };
}

function bodyOf({ plan, findings }: Pick<Phantom, 'plan' | 'findings'>, random: Random): Body {
  return buildBody(plan, bodyChanges(findings), random);
}

/** The grid on which a phantom is scanned: a volume, or one plane through its focus. */
export function scanGrid(
  phantom: Phantom,
  size: readonly [depth: number, height: number, width: number],
  random: Random,
): VolumeGeometry {
  const { body, plan, acquisition, modality } = phantom;
  const skin = body.structures.get('skin');
  if (skin === undefined) throw new Error('phantom: a body has a skin');
  const volume = volumeGrid({ plan, skin }, acquisition.region, size);
  if (modality === 'volume') return volume;
  return planeGrid(volume, planeHeight(phantom, random));
}

/** Height of the plane: through the finding asked about, whether it is there or not. */
function planeHeight({ placed, focus, planeOrgan, plan }: Phantom, random: Random): number {
  const finding = focus.get(planeOrgan);
  const target = placed.find((candidate) => candidate.finding === finding);
  const site = target?.sites[0];
  if (site !== undefined) return site.center[2] + random.uniform(-0.15, 0.15) * site.diameter;
  const drawn = target?.parts[0]?.shapes[0]?.bounds;
  if (finding?.planes !== undefined) return plan.scale * random.uniform(...finding.planes);
  if (drawn !== undefined) {
    const [low, high] = [drawn.low[2], drawn.high[2]];
    return low + (high - low) * random.uniform(0.42, 0.58);
  }
  return plan.scale * random.uniform(...(finding?.levels ?? [-100, 100]));
}
