package io.github.packetboat.examples.bench;

import io.github.packetboat.examples.bench.LoadResult.Figure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Predicate;

/** The results of one scenario by server and round, and the statistics over them. For one thread. */
final class Rounds {
    private final int rounds;
    private final Map<Contender, LoadResult[]> results = new LinkedHashMap<>();
    private final List<String> failures = new ArrayList<>();

    Rounds(List<Contender> contenders, int rounds) {
        this.rounds = rounds;
        contenders.forEach(contender -> results.put(contender, new LoadResult[rounds]));
    }

    void put(Contender contender, int round, LoadResult result) {
        results.get(contender)[round] = result;
    }

    void failed(Contender contender, int round, String why) {
        failures.add("%s, round %d: %s".formatted(contender.name(), round + 1, why));
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    List<Contender> contenders() {
        return List.copyOf(results.keySet());
    }

    /** The figure in each round in which it was measured, in ascending order. */
    double[] sorted(Contender contender, Figure figure) {
        return Arrays.stream(results.get(contender))
                .mapToDouble(result -> result == null ? Double.NaN : result.get(figure))
                .filter(Double::isFinite)
                .sorted()
                .toArray();
    }

    /** Median over the rounds of this server's figure divided by the one of the server named {@code base}. */
    double ratioTo(String base, Contender contender, Figure figure) {
        return ratio(contender, figure, true, one -> one.name().equals(base));
    }

    /** Median over the rounds of this server's figure divided by that of the Netty that was best in the round. */
    double ratioToBestNetty(Contender contender, Figure figure, boolean moreIsBetter) {
        return ratio(contender, figure, moreIsBetter, Contender::isNetty);
    }

    private double ratio(Contender contender, Figure figure, boolean moreIsBetter, Predicate<Contender> isBase) {
        DoubleBinaryOperator better = moreIsBetter ? Math::max : Math::min;
        double[] ratios = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            int number = round;
            double base = results.keySet().stream()
                    .filter(isBase)
                    .mapToDouble(one -> value(one, number, figure))
                    .filter(Double::isFinite)
                    .reduce(better)
                    .orElse(Double.NaN);
            ratios[round] = value(contender, round, figure) / base;
        }
        return median(Arrays.stream(ratios).filter(Double::isFinite).sorted().toArray());
    }

    private double value(Contender contender, int round, Figure figure) {
        LoadResult result = results.get(contender)[round];
        return result == null ? Double.NaN : result.get(figure);
    }

    /** Not a number for no values. */
    static double median(double[] sorted) {
        int middle = sorted.length / 2;
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
