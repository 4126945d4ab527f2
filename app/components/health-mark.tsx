/** Health of 0 to 100 as a number with a dot; the colour only repeats what the number says. */
export const HealthMark = ({ score }: { score: number }) => (
  <span className="health-mark tabular" data-level={healthLevel(score)}>
    {score}
  </span>
);

export const healthLevel = (score: number): "good" | "fair" | "poor" =>
  score >= 67 ? "good" : score >= 34 ? "fair" : "poor";
