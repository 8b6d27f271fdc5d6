import { ConfigError } from '@omnict/core';

/** Where a data set lies on the Hugging Face hub. Addresses are from public loaders; the hub was not asked for them. */
export interface HubRepository {
  repo: string;
  /** Images that can be fetched one by one; absent where they are in archives or tables. */
  images?: RegExp;
  /** Other files that are wanted. */
  others: RegExp;
  /** Whether its terms must be accepted. */
  isGated?: boolean;
  /** What is left to do by hand. */
  note?: string;
}

/** Archives are kept as they come. */
const UNPACK = 'unpack the archives before importing';

/** Repositories by name of the source. */
const HUB_REPOSITORIES: Readonly<Record<string, HubRepository>> = {
  'ct-rate': {
    repo: 'ibrahimhamamci/CT-RATE',
    images: /^dataset\/(?:train|valid)_fixed\/.*\.nii\.gz$/,
    others:
      /^dataset\/(?:radiology_text_reports|multi_abnormality_labels|metadata|vqa)\/.*\.(?:csv|json)$|(?:^|\/)no_chest_\w+\.txt$/,
    isGated: true,
  },
  'm3d-cap': {
    repo: 'GoodBaiBai88/M3D-Cap',
    images: /\.npy$/,
    others: /\.(?:json|txt|zip)$|\.z\d\d$/,
    note: UNPACK,
  },
  'm3d-vqa': {
    repo: 'GoodBaiBai88/M3D-VQA',
    others: /\.csv$/,
    note: 'its volumes are those of m3d-cap',
  },
  '3d-rad': {
    repo: 'Tang-xiaoxiao/3D-RAD',
    others: /\.csv$/,
    note: 'its volumes are those of ct-rate',
  },
  'pubmed-vision': {
    repo: 'FreedomIntelligence/PubMedVision',
    others: /\.(?:json|zip)$/,
    note: UNPACK,
  },
  omnimedvqa: { repo: 'foreverbeliever/OmniMedVQA', others: /\.(?:json|zip)$/, note: UNPACK },
  'medpix-clinqa': { repo: 'adishourya/MEDPIX-ClinQA', others: /\.parquet$/ },
  'vqa-rad': { repo: 'flaviagiammarino/vqa-rad', others: /\.parquet$/ },
  slake: { repo: 'BoKelvin/SLAKE', others: /\.(?:json|zip)$/, note: UNPACK },
};

/** Repository of a source. @throws ConfigError for sources that are not on the hub */
export function hubRepository(source: string): HubRepository {
  const repository = HUB_REPOSITORIES[source];
  if (repository !== undefined) return repository;
  throw new ConfigError(
    `source '${source}' has no repository that is known; expected one of ${Object.keys(HUB_REPOSITORIES).join(', ')}; fetch it from its publisher, see docs/data.md`,
  );
}

/** Files of a repository that are wanted: all but images, and the first images. */
export interface ChosenFiles {
  images: string[];
  others: string[];
  /** Images that there are. */
  allImages: number;
}

/**
 * Chooses files of a repository.
 *
 * @param subset images at most @param prefix images whose path begins with it
 */
export function chooseFiles(
  { images, others }: HubRepository,
  paths: readonly string[],
  { subset = Infinity, prefix = '' }: { subset?: number | undefined; prefix?: string | undefined },
): ChosenFiles {
  const all = images === undefined ? [] : paths.filter((path) => images.test(path));
  const wanted = all.filter((path) => path.startsWith(prefix));
  return {
    images: wanted.slice(0, subset),
    others: paths.filter((path) => others.test(path)),
    allImages: all.length,
  };
}
