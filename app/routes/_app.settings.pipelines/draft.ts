import type { Inputs, Outputs } from "../../client-navigation.ts";

export type Pipeline = Outputs["opportunities"]["pipelines"][number];
export type PipelineInput = Inputs["opportunities"]["savePipeline"];
export type StageDraft = PipelineInput["stages"][number] & { rowKey: string; deals: number };
export type Criterion = StageDraft["exitCriteria"][number];
export type Field = StageDraft["fields"][number];

/** The pipeline's stages as the form changes them. */
export const toDrafts = ({ stages }: Pipeline): StageDraft[] =>
  stages.map((stage) => ({
    ...{ rowKey: stage.id, stageId: stage.id, deals: stage.deals, name: stage.name, probability: stage.probability },
    ...{ forecastCategory: stage.forecastCategory, allowedCategories: stage.allowedCategories, kind: stage.kind },
    ...{ idleDays: stage.idleDays, guidance: stage.guidance, fields: stage.fields as Field[] },
    ...{ exitCriteria: stage.exitCriteria as Criterion[], activityTemplates: stage.activityTemplates },
    skipWhen: stage.skipWhen,
  }));

export const emptyStage = (): StageDraft => ({
  ...{ rowKey: crypto.randomUUID(), deals: 0, name: "", probability: 0.5, forecastCategory: "pipeline", kind: "open" },
  ...{ allowedCategories: [], idleDays: 10, guidance: "", fields: [], exitCriteria: [], activityTemplates: [] },
  skipWhen: null,
});

/** As the server takes it: without what only the form knows. */
export const toInput = (drafts: StageDraft[]): PipelineInput["stages"] =>
  drafts.map(({ rowKey: _rowKey, deals: _deals, ...stage }) => stage);

/** "Pass, Fail" as two words; nothing as none. */
export const toWords = (text: string): string[] =>
  text
    .split(",")
    .map((word) => word.trim())
    .filter(Boolean);
