package io.github.packetboat.examples.bench;

import io.github.packetboat.examples.bench.LoadResult.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes the results of one scenario as a table in Markdown. */
final class ResultTable {
    private static final double GENERATOR_BOUND_CORES = 0.93;
    private static final double NOISY_CORES = 0.15;
    private static final double VARYING = 1.25;

    private final Rounds rounds;
    private final Scenario scenario;
    private final StringBuilder text = new StringBuilder();

    private ResultTable(Scenario scenario, Rounds rounds) {
        this.scenario = scenario;
        this.rounds = rounds;
    }

    static String of(Scenario scenario, Rounds rounds) {
        ResultTable table = new ResultTable(scenario, rounds);
        if (scenario == Scenario.S6) {
            table.memory();
        } else {
            table.speed();
        }
        return table.text.toString();
    }

    private void speed() {
        Figure main = mainFigure();
        boolean more = main != Figure.P50_MICROS;
        Figure cpu = Figure.SERVER_MICROS_PER_MESSAGE;
        row(
                List.of("server", unit(main) + ", median (min–max)", "× nio", "× best Netty"),
                List.of("server CPU µs per message", "× nio", "× best Netty"),
                List.of("p50 µs", "p99 µs", "p99 × best Netty", "p99.9 µs", "messages per read"),
                List.of("cores server/generator/other", "flags"));
        text.append("|---").append("|---:".repeat(12)).append("|---|\n");
        for (Contender one : rounds.contenders()) {
            row(
                    List.of(one.name(), span(one, main), toBase(one, main), toNetty(one, main, more)),
                    List.of(median(one, cpu), toBase(one, cpu), toNetty(one, cpu, false)),
                    List.of(median(one, Figure.P50_MICROS), median(one, Figure.P99_MICROS)),
                    List.of(toNetty(one, Figure.P99_MICROS, false), median(one, Figure.P999_MICROS)),
                    List.of(median(one, Figure.MESSAGES_PER_READ), cores(one), flags(one)));
        }
    }

    private void memory() {
        row(
                List.of("server", "bytes per connection, connected: total (min–max)", "heap", "outside the heap"),
                List.of("after one echo on each: total (min–max)", "heap", "outside the heap"),
                List.of("× nio", "× best Netty"));
        text.append("|---").append("|---:".repeat(8)).append("|\n");
        for (Contender one : rounds.contenders()) {
            row(
                    List.of(one.name(), span(one, Figure.TOTAL_CONNECTED), median(one, Figure.HEAP_CONNECTED)),
                    List.of(median(one, Figure.NATIVE_CONNECTED), span(one, Figure.TOTAL_USED)),
                    List.of(median(one, Figure.HEAP_USED), median(one, Figure.NATIVE_USED)),
                    List.of(toBase(one, Figure.TOTAL_USED), toNetty(one, Figure.TOTAL_USED, false)));
        }
    }

    private Figure mainFigure() {
        return switch (scenario) {
            case S2 -> Figure.P50_MICROS;
            case S4 -> Figure.MEGABYTES_PER_SECOND;
            default -> Figure.MESSAGES_PER_SECOND;
        };
    }

    private String unit(Figure main) {
        return switch (main) {
            case P50_MICROS -> "p50 µs";
            case MEGABYTES_PER_SECOND -> "MB/s";
            default -> scenario == Scenario.S5 ? "deliveries/s" : "messages/s";
        };
    }

    @SafeVarargs
    private void row(List<String>... cells) {
        for (List<String> group : cells) {
            group.forEach(cell -> text.append("| ").append(cell).append(' '));
        }
        text.append("|\n");
    }

    private String span(Contender one, Figure figure) {
        double[] values = rounds.sorted(one, figure);
        return values.length == 0
                ? "failed"
                : "%s (%s–%s)"
                        .formatted(number(Rounds.median(values)), number(values[0]), number(values[values.length - 1]));
    }

    private String median(Contender one, Figure figure) {
        return number(Rounds.median(rounds.sorted(one, figure)));
    }

    private String toBase(Contender one, Figure figure) {
        return ratio(rounds.ratioTo(Contender.BASELINE, one, figure));
    }

    private String toNetty(Contender one, Figure figure, boolean moreIsBetter) {
        return ratio(rounds.ratioToBestNetty(one, figure, moreIsBetter));
    }

    private String cores(Contender one) {
        return "%s/%s/%s"
                .formatted(
                        median(one, Figure.SERVER_CORES),
                        median(one, Figure.GENERATOR_CORES),
                        median(one, Figure.OTHER_CORES));
    }

    private String flags(Contender one) {
        List<String> flags = new ArrayList<>();
        if (Rounds.median(rounds.sorted(one, Figure.GENERATOR_CORES)) > GENERATOR_BOUND_CORES) {
            flags.add("G");
        }
        if (Rounds.median(rounds.sorted(one, Figure.OTHER_CORES)) > NOISY_CORES) {
            flags.add("N");
        }
        double[] values = rounds.sorted(one, mainFigure());
        if (values.length > 1 && values[values.length - 1] > VARYING * values[0]) {
            flags.add("V");
        }
        return String.join(" ", flags);
    }

    private static String ratio(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.2f", value);
    }

    private static String number(double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        double size = Math.abs(value);
        String format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }
}
